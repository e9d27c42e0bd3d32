//! A QR code in letters: two rows of its squares in one line of half blocks, dark on light whatever the
//! theme is, with the quiet edge that readers need (FLU-22). Dark squares are the letters, light ones the
//! ground: what is copied as text is still the code.

use qrcodegen::{QrCode, QrCodeEcc};

/// Light squares around the code: the standard asks for four.
const QUIET: i32 = 4;
/// So many are enough on a ground that is drawn along.
const NARROW: i32 = 2;

/// The code of a text as lines of one width, where it has room in so many columns and lines.
pub fn lines(text: &str, columns: u16, lines: u16) -> Option<Vec<String>> {
    let code = QrCode::encode_text(text, QrCodeEcc::Low).ok()?;
    let fits = |quiet: &i32| {
        let side = code.size() + 2 * quiet;
        side <= i32::from(columns) && (side + 1) / 2 <= i32::from(lines)
    };
    let quiet = [QUIET, NARROW].into_iter().find(fits)?;
    let (from, to) = (-quiet, code.size() + quiet);
    let line = |y: i32| -> String {
        let one = |x| half(code.get_module(x, y), code.get_module(x, y + 1));
        (from..to).map(one).collect()
    };
    Some((from..to).step_by(2).map(line).collect())
}

fn half(upper: bool, lower: bool) -> char {
    match (upper, lower) {
        (true, true) => '█',
        (true, false) => '▀',
        (false, true) => '▄',
        (false, false) => ' ',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: &str = "https://mijn.fluvius.be/verbruik/dienstverlener/0566988259/stappenplan";

    #[test]
    fn the_edge_is_as_wide_as_there_is_room_for() {
        let wide = lines(PLAN, 60, 40).expect("room");
        let narrow = lines(PLAN, 60, 20).expect("room");
        assert_eq!((wide.len(), narrow.len()), (21, 19));
        let columns = |lines: &[String]| lines[0].chars().count();
        assert_eq!((columns(&wide), columns(&narrow)), (41, 37));
        assert!(wide[0].trim().is_empty() && wide[1].trim().is_empty());
    }

    #[test]
    fn without_room_there_is_none() {
        assert_eq!(lines(PLAN, 60, 18), None);
        assert_eq!(lines(PLAN, 36, 40), None);
        assert_eq!(lines(&"x".repeat(4_000), 500, 500), None);
    }
}
