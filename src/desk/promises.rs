//! Promises that are made in a note: a line such as `!16:00 call` or `!tomorrow 9:30 call back`.
//! Recognised here, said before anything is written, and handed on as the answers of which the
//! engine makes clocks.

use chrono::{DateTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;

use super::bulk::Act;
use super::effect::Loaded;
use super::form::Entry;
use super::form::read::Reading;
use super::route::Subject;
use super::say;
use super::world::World;
use crate::domain::clock::ClockRun;
use crate::domain::country::Country;
use crate::domain::deadline::Comparison;
use crate::domain::when::Words;
use crate::process::Field;
use crate::process::engine::{Answer, Answers, Change, ClockOp};
use crate::process::field::Value;
use crate::process::general::{PROMISE, PROMISES, PROMISES_AT};
use crate::store::rows::{CaseDetail, CaseRow};
use crate::text::{Texts, format};

/// What such a line begins with.
const SIGN: char = '!';
/// So long before it is due a promise is told in the list.
const NEAR: TimeDelta = TimeDelta::hours(1);

/// A promise that stands in a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    /// When it is to be kept.
    pub at: DateTime<Utc>,
    /// What is promised.
    pub what: String,
}

/// A line that begins like a promise.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Found {
    Promise(Spoken),
    /// It begins like one and names no time: number of the line, from 1.
    Unread(usize),
    /// A sign and a time behind other words: text, which is to be said. Number of the line, from 1.
    Inside(usize),
}

/// The promises in a note, in its order.
pub fn in_note(words: &Words, note: &str, country: Country, now: DateTime<Utc>) -> Vec<Spoken> {
    let found = lines(words, note, country, now);
    let promise = |found| match found {
        Found::Promise(spoken) => Some(spoken),
        Found::Unread(_) | Found::Inside(_) => None,
    };
    found.filter_map(promise).collect()
}

fn lines<'a>(
    words: &'a Words,
    note: &'a str,
    country: Country,
    now: DateTime<Utc>,
) -> impl Iterator<Item = Found> + 'a {
    let local = now.with_timezone(&country.zone());
    let of_line = move |(number, line): (usize, &str)| {
        let Some(rest) = line.trim().strip_prefix(SIGN) else {
            return is_inside(words, line, local).then_some(Found::Inside(number));
        };
        let spoken = words.beginning(rest.trim(), local).and_then(|(at, what)| {
            let at = country.zone().from_local_datetime(&at).earliest()?;
            Some(Spoken {
                at: at.to_utc(),
                what: what.to_owned(),
            })
        });
        Some(spoken.map_or(Found::Unread(number), Found::Promise))
    };
    (1..).zip(note.lines()).filter_map(of_line)
}

/// Whether a sign and a time stand behind other words of the line. The sign stands before its word: a
/// sentence may end with one.
fn is_inside(words: &Words, line: &str, local: DateTime<Tz>) -> bool {
    line.match_indices(SIGN).any(|(at, sign)| {
        let (before, rest) = (&line[..at], &line[at + sign.len()..]);
        let is_word = before.ends_with(char::is_whitespace) && !rest.starts_with(' ');
        is_word && words.begins(rest, local)
    })
}

/// Whether a note of that form may hold promises.
pub fn may_stand_in(subject: &Subject) -> bool {
    let (Subject::Action(_, action) | Subject::Many(Act::Action(action))) = subject else {
        return false;
    };
    action == "add_note"
}

/// The promises in a note, said before they are made; lines that look like one and are none too.
pub fn said(reading: &Reading<'_>, note: &Entry) -> Option<String> {
    let texts = reading.texts();
    let of_line = |key, line: usize| texts.fill(key, &[("line", &line.to_string())]);
    let one = |found| match found {
        Found::Promise(spoken) => {
            let at = when(texts, spoken.at, reading.now, reading.country);
            let with = [("at", at.as_str()), ("what", spoken.what.as_str())];
            texts.fill("promise.will", &with)
        }
        Found::Unread(line) => of_line("promise.unread", line),
        Found::Inside(line) => of_line("promise.inside", line),
    };
    let as_of = note.read_at.unwrap_or(reading.now);
    let all = lines(reading.words(), note.raw(), reading.country, as_of);
    let all: Vec<String> = all.map(one).collect();
    (!all.is_empty()).then(|| all.join("\n"))
}

/// In a note of anything else such a line makes no promise: that is said, with the way to make one.
pub fn not_made(reading: &Reading<'_>, note: &str) -> Option<String> {
    let mut all = lines(reading.words(), note, reading.country, reading.now);
    let is_promise = all.any(|found| matches!(found, Found::Promise(_)));
    is_promise.then(|| reading.texts().say("promise.not_made"))
}

/// An instant ahead, in words.
fn when(texts: &Texts, at: DateTime<Utc>, now: DateTime<Utc>, country: Country) -> String {
    say::due(texts, at, Comparison::UpToAndIncluding, now, country.zone())
}

/// The answers that follow from a note with promises in it, where the action takes them.
pub fn derive(
    reading: &Reading<'_>,
    fields: &[&'static Field],
    entries: &[Entry],
    answers: &mut Answers,
) {
    let note = entries.iter().find(|entry| entry.key == "note");
    let takes = fields.iter().any(|field| field.key == PROMISES_AT.key);
    let Some(note) = note.filter(|_| takes) else {
        return;
    };
    let as_of = note.read_at.unwrap_or(reading.now);
    let spoken = in_note(reading.words(), note.raw(), reading.country, as_of);
    answers.extend(as_answers(&spoken));
}

/// Promises as the answers of `add_note`; none when there are none.
pub fn as_answers(spoken: &[Spoken]) -> Vec<(String, Answer)> {
    if spoken.is_empty() {
        return Vec::new();
    }
    let instants = spoken.iter().map(|one| Value::instant(one.at)).collect();
    let whats: Vec<&str> = spoken.iter().map(|one| one.what.as_str()).collect();
    vec![
        (
            PROMISES_AT.key.to_owned(),
            Answer::Value(Value::List(instants)),
        ),
        (PROMISES.key.to_owned(), Answer::Free(whats.join("\n"))),
    ]
}

/// A running promise in one line: when, what, who.
pub fn label(world: &World, detail: &CaseDetail, run: &ClockRun) -> String {
    let zone = world.zone(&detail.row.process);
    let at = format::instant(&world.texts, run.due_at, zone);
    match detail.promise(run.run) {
        Some(promise) => format!("{at}  {}  {}", promise.what(&detail.texts), promise.who()),
        None => at,
    }
}

/// A reminder that a change starts, in words: `promise, today 16:00: call back`.
pub fn starts(
    world: &World,
    change: &Change,
    (key, run, due_at): (&str, i32, DateTime<Utc>),
    now: DateTime<Utc>,
) -> String {
    let texts = &world.texts;
    let zone = world.zone(&change.process);
    let at = say::due(texts, due_at, Comparison::UpToAndIncluding, now, zone);
    let what = what_of(change, key, run).unwrap_or_default();
    let name = texts.say(&format!("clock.{key}"));
    let with = [("clock", &*name), ("at", &*at), ("what", &*what)];
    texts.fill("promise.starts", &with)
}

/// The text that goes with a reminder that a change starts: the n-th of them has the n-th text.
fn what_of(change: &Change, key: &str, run: i32) -> Option<String> {
    let starts = change.clocks.iter().filter_map(|op| match op {
        ClockOp::Start { key: of, run, .. } if of == key => Some(*run),
        _ => None,
    });
    let place = starts.into_iter().position(|started| started == run)?;
    let fields: &[&str] = match key {
        PROMISE => &["promises", "promised"],
        _ => &["snooze_reason"],
    };
    let answer = fields.iter().find_map(|key| change.answers.get(*key))?;
    let Value::Text(text) = answer.all().get(place)? else {
        return None;
    };
    let text = change.texts.iter().find(|one| one.id == text.text)?;
    Some(text.body.clone())
}

/// The promise on a case that is near or has passed, for its line in a list.
pub fn near(row: &CaseRow, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    row.promise_at.filter(|at| *at - NEAR <= now)
}

/// The same in words: `15:06 promise`; with a mark and its day once it has passed.
pub fn near_said(world: &World, row: &CaseRow, now: DateTime<Utc>) -> Option<String> {
    let at = near(row, now)?;
    let zone = world.zone(&row.process);
    let (key, at) = if at < now {
        ("promise.late", say::at(&world.texts, at, now, zone))
    } else {
        ("promise.near", say::clock(at, zone))
    };
    Some(world.texts.fill(key, &[("at", &at)]))
}

/// When [`near`] says something else.
pub fn near_changes(row: &CaseRow, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let at = row.promise_at?;
    let late = at + TimeDelta::milliseconds(1);
    [at - NEAR, late].into_iter().find(|at| *at > now)
}

/// Until when a case is out of the inbox, and why, in words.
pub fn snoozed(world: &World, loaded: &Loaded, now: DateTime<Utc>) -> Option<String> {
    let row = &loaded.detail.row;
    let until = row.snoozed(now)?;
    let zone = world.zone(&row.process);
    let until = say::due(&world.texts, until, Comparison::UpToAndIncluding, now, zone);
    let event = loaded.timeline.iter().find(|event| event.kind == "snooze");
    let why = event.and_then(|event| match event.answers.get("snooze_reason") {
        Some(Value::Text(text)) => loaded.detail.texts.get(&text.text),
        _ => None,
    });
    let who = event
        .and_then(|event| event.agent.clone())
        .unwrap_or_default();
    let why = why.map_or("", String::as_str);
    let with = [("until", &*until), ("why", why), ("who", &*who)];
    Some(world.texts.fill("promise.snoozed", &with))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTE: &str =
        "Spoke to the customer.\n!16:00 call\n !tomorrow 9:30  call back\n!soon\n16:00";

    fn words() -> Words {
        crate::text::when::words(&Texts::load("en"))
    }

    fn noon() -> DateTime<Utc> {
        "2026-11-22T11:00:00Z".parse().unwrap()
    }

    #[test]
    fn lines_with_a_sign_and_a_time_are_promises() {
        let found = in_note(&words(), NOTE, Country::Nl, noon());
        let said: Vec<_> = found
            .iter()
            .map(|one| format!("{} {}", one.at.to_rfc3339(), one.what))
            .collect();
        let wanted = [
            "2026-11-22T15:00:00+00:00 call",
            "2026-11-23T08:30:00+00:00 call back",
        ];
        assert_eq!(said, wanted);
        let unread = lines(&words(), NOTE, Country::Nl, noon()).last();
        assert_eq!(unread, Some(Found::Unread(4)));
    }

    #[test]
    fn a_time_behind_other_words_is_text_and_found() {
        for (line, is_found) in [
            ("Spoke to her, !16:00 call", true),
            ("call !16:00", true),
            ("Done! 16:00 was early", false),
            ("He said no! Call tomorrow", false),
            ("a!16:00 call", false),
            ("Great !soon", false),
        ] {
            let found: Vec<_> = lines(&words(), line, Country::Nl, noon()).collect();
            let wanted = if is_found {
                vec![Found::Inside(1)]
            } else {
                Vec::new()
            };
            assert_eq!(found, wanted, "{line}");
        }
    }

    #[test]
    fn a_note_without_promises_has_no_further_answers() {
        assert!(as_answers(&in_note(&words(), "!soon", Country::Nl, noon())).is_empty());
        let two = as_answers(&in_note(&words(), NOTE, Country::Nl, noon()));
        assert_eq!(two.len(), 2);
        assert_eq!(two[1].1, Answer::Free("call\ncall back".to_owned()));
    }
}
