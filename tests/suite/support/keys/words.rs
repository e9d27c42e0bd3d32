//! What stands on the screen: lines of lists, fields of forms, their choices.

/// Columns of the name of a field, behind its mark.
const LABEL: std::ops::Range<usize> = 3..27;

/// All words of the screen behind each other.
pub(super) fn flat(shown: &str) -> String {
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(super) fn is_form(shown: &str) -> bool {
    let titles = [
        "step 1 of 2",
        "step 2 of 2",
        "claiming the case",
        "writing ",
    ];
    titles.iter().any(|title| shown.contains(title))
}

/// The form is back at its first step.
pub(super) fn is_back(shown: &str) -> bool {
    shown.contains("step 1 of 2")
}

/// The lines of a list of choices that can be chosen now.
pub(super) fn possible(shown: &str) -> impl Iterator<Item = &str> {
    shown
        .lines()
        .skip_while(|line| !line.starts_with("  1 "))
        .take_while(|line| !line.trim().is_empty())
}

/// Whether a line of a list of choices has that name: rules may follow, after spaces.
pub(super) fn names(line: &str, words: &str) -> bool {
    let name = line.get(4..).unwrap_or_default();
    name.strip_prefix(words)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("  "))
}

pub(super) fn label_of(line: &str) -> String {
    let cell: String = line.chars().take(LABEL.end).skip(LABEL.start).collect();
    cell.trim().to_owned()
}

/// The name of the field with the cursor.
pub(super) fn here(shown: &str) -> Option<String> {
    let line = shown.lines().find(|line| line.starts_with(" > "))?;
    Some(label_of(line))
}

pub(super) fn is_field(line: &str) -> bool {
    line.starts_with(" > ") || (line.starts_with("   ") && !line[3..].starts_with(' '))
}

/// On which line the field of that name stands.
pub(super) fn line_of(shown: &str, label: &str) -> Option<usize> {
    shown
        .lines()
        .position(|line| is_field(line) && label_of(line) == label)
}

/// The lines of that field, without its name.
pub(super) fn block(shown: &str, label: &str) -> Option<String> {
    let at = line_of(shown, label)?;
    let mut lines = shown.lines().skip(at);
    let first: String = lines.next()?.chars().skip(LABEL.end + 2).collect();
    let rest = lines.take_while(|line| !line.trim().is_empty() && !is_field(line));
    Some(rest.fold(first, |all, line| all + "\n" + line))
}

pub(super) fn is_choice(block: &str) -> bool {
    block.contains("( ) ") || block.contains("(*) ")
}

/// The choices of a field in order, and whether each is chosen.
pub(super) fn options(block: &str) -> Vec<(bool, String)> {
    let marked = block.replace("(*) ", "( ) *");
    let mut all = Vec::new();
    for line in marked.lines() {
        all.extend(line.split("( ) ").skip(1).map(|said| {
            let is_chosen = said.starts_with('*');
            (is_chosen, said.trim_start_matches('*').trim().to_owned())
        }));
    }
    all
}
