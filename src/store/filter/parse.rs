//! From a line to a filter, or to what is wrong at which word.

use std::ops::Range;

use chrono::TimeDelta;

use super::words::{Said, Words};
use super::{Answer, Due, Filter, Flag, Holder, KEYS, LINE_MAX, Mine, Sign, Test, WORDS_MAX, Word};
use crate::domain::fold::fold;
use crate::domain::sanitize::clean;
use crate::process;
use crate::store::rows::WorkState;

/// The longest time of `due:`.
const LONGEST: TimeDelta = TimeDelta::days(366);

/// What is wrong with a line, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} at {at:?}", .wrong.key())]
pub struct FilterError {
    /// The bytes of the line that it is about.
    pub at: Range<usize>,
    /// The word or value as it stands there.
    pub given: String,
    /// What is wrong.
    pub wrong: Wrong,
    /// What was probably meant, the likeliest first.
    pub near: Vec<Said>,
}

/// What can be wrong with a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// No such key.
    Key,
    /// Nothing stands behind the key, or between two commas.
    Empty,
    /// A quote that nothing ends.
    Quote,
    /// No such state.
    State,
    /// No such clock.
    Clock,
    /// No time that `due:` knows.
    Due,
    /// No work state of a live case.
    Work,
    /// No such process.
    Process,
    /// Not the first digits of a metering point.
    Ean,
    /// Neither yes nor no.
    Raised,
    /// Nothing that one can have at a case.
    Mine,
    /// Neither snoozed nor promised.
    Flag,
    /// No filter is saved under that name.
    Saved,
    /// Fewer than two characters.
    Short,
    /// The line is too long, or has too many words.
    Long,
}

impl Wrong {
    /// The text `filter.wrong.<key>`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Empty => "empty",
            Self::Quote => "quote",
            Self::State => "state",
            Self::Clock => "clock",
            Self::Due => "due",
            Self::Work => "work",
            Self::Process => "process",
            Self::Ean => "ean",
            Self::Raised => "raised",
            Self::Mine => "mine",
            Self::Flag => "flag",
            Self::Saved => "saved",
            Self::Short => "short",
            Self::Long => "long",
        }
    }
}

/// A part of the line.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// Its bytes, quotes included.
    pub(super) at: Range<usize>,
    /// Without quotes.
    pub(super) text: String,
    /// Whether a quote stood in it: then it is no key, and its comma joins nothing.
    pub(super) quoted: Quoted,
}

/// Whether a piece was quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quoted {
    /// No.
    No,
    /// Yes.
    Yes,
    /// A quote stands in it that nothing ends.
    Open,
}

/// Cut at characters outside of quotes.
pub(super) fn cut(line: &str, from: Range<usize>, at: fn(char) -> bool) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut start = from.start;
    let (mut text, mut quoted, mut inside) = (String::new(), Quoted::No, false);
    for (place, c) in line[from.clone()].char_indices() {
        let place = from.start + place;
        match c {
            '"' => (inside, quoted) = (!inside, Quoted::Yes),
            c if at(c) && !inside => {
                let text = std::mem::take(&mut text);
                pieces.push(Piece {
                    at: start..place,
                    text,
                    quoted,
                });
                quoted = Quoted::No;
                start = place + c.len_utf8();
            }
            c => text.push(c),
        }
    }
    if inside {
        quoted = Quoted::Open;
    }
    pieces.push(Piece {
        at: start..from.end,
        text,
        quoted,
    });
    pieces
}

impl Filter {
    /// Read a line of keys. What a terminal would obey is dropped from it first.
    ///
    /// # Errors
    /// The first word that means nothing, with its place in `line`.
    pub fn parse(line: &str) -> Result<Self, FilterError> {
        Self::parse_in(line, &Words::default())
    }

    /// Read a line in which values may also be the words that people see.
    ///
    /// # Errors
    /// The first word that means nothing, with its place in `line`, and what was probably meant.
    pub fn parse_in(line: &str, said: &Words) -> Result<Self, FilterError> {
        let whole = || 0..line.len();
        if line.chars().count() > LINE_MAX {
            return Err(wrong(Wrong::Long, whole(), ""));
        }
        let mut words = Vec::new();
        for piece in cut(line, whole(), char::is_whitespace) {
            if piece.at.is_empty() {
                continue;
            }
            if piece.quoted == Quoted::Open {
                return Err(wrong(Wrong::Quote, piece.at.clone(), &line[piece.at]));
            }
            words.push(word(line, piece.at, said)?);
        }
        if words.len() > WORDS_MAX {
            return Err(wrong(Wrong::Long, whole(), ""));
        }
        Ok(Self { words })
    }
}

fn wrong(wrong: Wrong, at: Range<usize>, given: &str) -> FilterError {
    FilterError {
        at,
        given: clean(given).into_owned(),
        wrong,
        near: Vec::new(),
    }
}

/// The sign of a word and where the rest of it begins.
pub(super) fn signed(line: &str, at: Range<usize>) -> (Sign, Range<usize>) {
    if line[at.clone()].starts_with('-') {
        (Sign::IsNot, at.start + 1..at.end)
    } else {
        (Sign::Is, at)
    }
}

fn word(line: &str, at: Range<usize>, said: &Words) -> Result<Word, FilterError> {
    let (sign, rest) = signed(line, at.clone());
    let colon = line[rest.clone()].find([':', '"']);
    let colon = colon.map(|place| rest.start + place);
    let test = match colon.filter(|place| line[*place..].starts_with(':')) {
        Some(colon) => keyed(line, rest.start..colon, colon + 1..rest.end, said)?,
        None => bare(line, rest)?,
    };
    Ok(Word { sign, test })
}

fn bare(line: &str, at: Range<usize>) -> Result<Test, FilterError> {
    let whole = cut(line, at.clone(), |_| false).remove(0);
    let text = named(&whole.text);
    if text.is_empty() {
        return Err(wrong(Wrong::Empty, at.clone(), &line[at]));
    }
    if text.chars().count() < 2 {
        return Err(wrong(Wrong::Short, at.clone(), &line[at]));
    }
    Ok(Test::Text(text))
}

/// A name or a part of one as it is looked for: clean, folded, one space between words.
fn named(text: &str) -> String {
    let clean = clean(text);
    let words: Vec<&str> = clean.split_whitespace().collect();
    fold(&words.join(" "))
}

fn keyed(
    line: &str,
    key: Range<usize>,
    values: Range<usize>,
    said: &Words,
) -> Result<Test, FilterError> {
    let name = line[key.clone()].to_ascii_lowercase();
    if !KEYS.contains(&name.as_str()) {
        return Err(wrong(Wrong::Key, key.clone(), &line[key]));
    }
    let pieces = cut(line, values.clone(), |c| c == ',');
    if let Some(empty) = pieces.iter().find(|piece| piece.text.trim().is_empty()) {
        let at = if empty.at.is_empty() {
            key.start..values.end
        } else {
            empty.at.clone()
        };
        return Err(wrong(Wrong::Empty, at.clone(), &line[at]));
    }
    let said = |kind: Wrong, of: &str| meant(line, &pieces, kind, of, said);
    Ok(match name.as_str() {
        "state" => Test::State(said(Wrong::State, "state")?),
        "clock" => Test::Clock(said(Wrong::Clock, "clock")?),
        "process" => Test::Process(said(Wrong::Process, "process")?),
        "raised" => match all(line, &pieces, Wrong::Raised, &answer)?.as_slice() {
            [one] => Test::Raised(*one),
            _ => return Err(wrong(Wrong::Raised, values.clone(), &line[values])),
        },
        "mine" => Test::Mine(all(line, &pieces, Wrong::Mine, &mine)?),
        "party" => Test::Party(all(line, &pieces, Wrong::Short, &party)?),
        "due" => Test::Due(all(line, &pieces, Wrong::Due, &due)?),
        "holder" => Test::Holder(all(line, &pieces, Wrong::Short, &holder)?),
        "work" => Test::Work(all(line, &pieces, Wrong::Work, &work)?),
        "is" => match (pieces.len(), flag(&pieces[0].text)) {
            (1, Some(flag)) => Test::Is(flag),
            _ => return Err(wrong(Wrong::Flag, values.clone(), &line[values])),
        },
        _ => match (pieces.len(), ean(&pieces[0].text)) {
            (1, Some(digits)) => Test::Ean(digits),
            _ => return Err(wrong(Wrong::Ean, values.clone(), &line[values])),
        },
    })
}

/// All values, each once.
fn all<T: PartialEq>(
    line: &str,
    pieces: &[Piece],
    kind: Wrong,
    read: &dyn Fn(&str) -> Option<T>,
) -> Result<Vec<T>, FilterError> {
    let mut values = Vec::new();
    for piece in pieces {
        let unread = || wrong(kind, piece.at.clone(), &line[piece.at.clone()]);
        let value = read(piece.text.trim()).ok_or_else(unread)?;
        if !values.contains(&value) {
            values.push(value);
        }
    }
    Ok(values)
}

/// All values, as keys or in the words that people see for them, each once.
fn meant(
    line: &str,
    pieces: &[Piece],
    kind: Wrong,
    of: &str,
    said: &Words,
) -> Result<Vec<String>, FilterError> {
    let mut keys: Vec<String> = Vec::new();
    for piece in pieces {
        let words: Vec<&str> = piece.text.split_whitespace().collect();
        let raw = words.join(" ");
        let by_prefix = process_key(&raw).filter(|_| of == "process");
        let found = by_prefix.map(|key| vec![key]);
        let found = found.or_else(|| said.meant(of, &raw));
        let found = found.ok_or_else(|| FilterError {
            near: said.near(of, &raw),
            ..wrong(kind, piece.at.clone(), &line[piece.at.clone()])
        })?;
        for key in found {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
    }
    Ok(keys)
}

/// By the letters of its case numbers.
fn process_key(raw: &str) -> Option<String> {
    let mut all = process::ALL.iter();
    let found = all.find(|it| it.prefix.eq_ignore_ascii_case(raw));
    found.map(|process| process.key.to_owned())
}

fn answer(raw: &str) -> Option<Answer> {
    let answers = [Answer::Yes, Answer::No];
    let raw = raw.to_ascii_lowercase();
    answers.into_iter().find(|it| it.to_string() == raw)
}

fn mine(raw: &str) -> Option<Mine> {
    raw.eq_ignore_ascii_case("draft").then_some(Mine::Draft)
}

fn party(raw: &str) -> Option<String> {
    let name = named(raw);
    (name.chars().count() >= 2).then_some(name)
}

fn due(raw: &str) -> Option<Due> {
    let raw = raw.to_ascii_lowercase();
    match raw.as_str() {
        "late" => return Some(Due::Late),
        "today" => return Some(Due::Today),
        "none" => return Some(Due::None),
        _ => {}
    }
    let time = raw.trim_start_matches('<');
    let unit = time.chars().last()?;
    let number: i64 = time[..time.len() - unit.len_utf8()].parse().ok()?;
    let time = match unit {
        'm' => TimeDelta::try_minutes(number)?,
        'h' => TimeDelta::try_hours(number)?,
        'd' => TimeDelta::try_days(number)?,
        _ => return None,
    };
    (time > TimeDelta::zero() && time <= LONGEST).then_some(Due::Within(time))
}

fn holder(raw: &str) -> Option<Holder> {
    match named(raw) {
        name if name == "me" => Some(Holder::Me),
        name if name == "none" => Some(Holder::Nobody),
        name if name.chars().count() >= 2 => Some(Holder::Named(name)),
        _ => None,
    }
}

fn flag(raw: &str) -> Option<Flag> {
    let raw = raw.trim().to_ascii_lowercase();
    Flag::ALL.into_iter().find(|flag| flag.word() == raw)
}

fn work(raw: &str) -> Option<WorkState> {
    let works = [WorkState::Open, WorkState::Held, WorkState::Waiting];
    let raw = raw.to_ascii_lowercase();
    works.into_iter().find(|work| work.word() == raw)
}

fn ean(raw: &str) -> Option<String> {
    let digits = (3..=18).contains(&raw.len()) && raw.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| raw.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> String {
        Filter::parse(text)
            .unwrap_or_else(|error| panic!("{text}: {error}"))
            .to_string()
    }

    fn error(text: &str) -> (Wrong, &str) {
        let error = Filter::parse(text).unwrap_err();
        (error.wrong, &text[error.at])
    }

    #[test]
    fn a_line_has_one_right_form() {
        assert_eq!(line("  due:<120m   -holder:NONE "), "due:2h -holder:none");
        assert_eq!(
            line("process:GT,doubt work:open,held"),
            "process:doubt work:open,held"
        );
        assert_eq!(
            line("party:\"Van  Henegouwen\",zon"),
            "party:\"van henegouwen\",zon"
        );
        assert_eq!(line("Zønnebløm -\"DER dag\""), "zonneblom -\"der dag\"");
        assert_eq!(line("\"a:b\" \"-x\" \"a,b\""), "\"a:b\" \"-x\" \"a,b\"");
        assert_eq!(
            line("Raised:YES -mine:draft,Draft"),
            "raised:yes -mine:draft"
        );
        assert_eq!(line(""), "");
    }

    #[test]
    fn what_people_see_is_read_and_becomes_the_key() {
        let say = |key: &str| match key {
            "state.doubt.assessing" => Some("judge the proof".to_owned()),
            "clock.close_5wd" | "clock.assess_72h" => Some("Søknad".to_owned()),
            _ => None,
        };
        let words = Words::of(&say);
        let read = |text: &str| Filter::parse_in(text, &words).map(|filter| filter.to_string());
        assert_eq!(
            read("-state:\"Judge the  proof\"").unwrap(),
            "-state:assessing"
        );
        assert_eq!(read("clock:soknad").unwrap(), "clock:assess_72h,close_5wd");
        let near = read("state:proof").unwrap_err().near;
        assert_eq!(
            (near[0].key, &*near[0].word),
            ("assessing", "judge the proof")
        );
        assert_eq!(error("state:judge").0, Wrong::State);
    }

    #[test]
    fn a_mistake_is_named_at_its_word() {
        assert_eq!(error("due:late staat:x"), (Wrong::Key, "staat"));
        assert_eq!(error("state:assessing,asesing"), (Wrong::State, "asesing"));
        assert_eq!(error("due:soon"), (Wrong::Due, "soon"));
        assert_eq!(error("due:0m"), (Wrong::Due, "0m"));
        assert_eq!(error("-clock:"), (Wrong::Empty, "clock:"));
        assert_eq!(error("work:open,,held"), (Wrong::Empty, "work:open,,held"));
        assert_eq!(error("x"), (Wrong::Short, "x"));
        assert_eq!(error("ean:87x"), (Wrong::Ean, "87x"));
        assert_eq!(error("work:closed"), (Wrong::Work, "closed"));
        assert_eq!(error("raised:perhaps"), (Wrong::Raised, "perhaps"));
        assert_eq!(error("raised:yes,no"), (Wrong::Raised, "yes,no"));
        assert_eq!(error("mine:unread"), (Wrong::Mine, "unread"));
        assert_eq!(error("due:late \"van der"), (Wrong::Quote, "\"van der"));
        assert_eq!(error("-"), (Wrong::Empty, ""));
    }

    #[test]
    fn what_a_terminal_obeys_is_no_part_of_it() {
        assert_eq!(line("zon\u{1b}[31mne\u{202e}"), line("zonne"));
    }
}
