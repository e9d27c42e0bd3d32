//! Text as people look for it: without case and without accents. The database folds by the same
//! table (`loket.fold`), so that both find the same.

/// Letters with what they become, in groups.
const GROUPS: &[(&str, &str)] = &[
    ("a", "ÀÁÂÃÄÅĀĂĄàáâãäåāăą"),
    ("c", "ÇĆĈĊČçćĉċč"),
    ("d", "ĎĐÐďđð"),
    ("e", "ÈÉÊËĒĔĖĘĚèéêëēĕėęě"),
    ("g", "ĜĞĠĢĝğġģ"),
    ("h", "ĤĦĥħ"),
    ("i", "ÌÍÎÏĨĪĬĮİìíîïĩīĭįı"),
    ("j", "Ĵĵ"),
    ("k", "Ķķ"),
    ("l", "ĹĻĽĿŁĺļľŀł"),
    ("n", "ÑŃŅŇñńņň"),
    ("o", "ÒÓÔÕÖØŌŎŐòóôõöøōŏő"),
    ("r", "ŔŖŘŕŗř"),
    ("s", "ŚŜŞŠȘśŝşšș"),
    ("t", "ŢŤŦȚţťŧț"),
    ("u", "ÙÚÛÜŨŪŬŮŰŲùúûüũūŭůűų"),
    ("w", "Ŵŵ"),
    ("y", "ÝŶŸýÿŷ"),
    ("z", "ŹŻŽźżž"),
    ("ae", "Ææ"),
    ("oe", "Œœ"),
    ("ss", "ß"),
    ("th", "Þþ"),
];

/// Marks that stand on the letter before them.
const MARKS: std::ops::RangeInclusive<char> = '\u{300}'..='\u{36f}';

/// The text without case and accents: `Søren` and `SOREN` are `soren`.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_ascii() => folded.push(c.to_ascii_lowercase()),
            c if MARKS.contains(&c) => {}
            c => match GROUPS.iter().find(|(_, letters)| letters.contains(c)) {
                Some((plain, _)) => folded.push_str(plain),
                None => folded.push(c),
            },
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_and_case_are_no_difference() {
        assert_eq!(fold("Søren Ångström"), "soren angstrom");
        assert_eq!(fold("CAFÉ"), fold("cafe\u{301}"));
        assert_eq!(fold("Straße Æbler"), "strasse aebler");
        assert_eq!(fold("日本 Łódź"), "日本 lodz");
    }

    #[test]
    fn what_is_folded_stays_as_it_is() {
        for (plain, letters) in GROUPS {
            assert!(letters.chars().all(|c| fold(&c.to_string()) == *plain));
            assert_eq!(fold(plain), *plain);
        }
    }
}
