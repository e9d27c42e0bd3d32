//! What was typed, as it is meant: words for days and times become dates that stay the same
//! tomorrow, amounts are said back as they were understood.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::Entry;
use crate::desk::route::Subject;
use crate::desk::say;
use crate::desk::world::World;
use crate::domain::country::Country;
use crate::domain::money::Money;
use crate::domain::when::{Lean, Words, typed};
use crate::process::field::FieldKind;
use crate::process::{self, Action, Guard};
use crate::text::{self, Texts, format};

/// Where and when something was typed.
pub struct Reading<'a> {
    world: &'a World,
    words: Words,
    /// Whose money, and whose time of day.
    pub country: Country,
    /// Legal time.
    pub now: DateTime<Utc>,
}

impl<'a> Reading<'a> {
    /// In a form of that process, at that moment (machine time).
    pub fn new(world: &'a World, process: &str, now: DateTime<Utc>) -> Self {
        let known = process::find(process).or_else(|| process::ALL.first().copied());
        Self {
            world,
            words: text::when::words(&world.texts),
            country: known.map_or(Country::Nl, |process| process.country),
            now: world.legal(now),
        }
    }

    /// In the form about that.
    pub fn about(world: &'a World, subject: &Subject, now: DateTime<Utc>) -> Self {
        let case = subject.case().and_then(|case| world.case(case));
        let process = match subject {
            Subject::Open(process) => process.as_str(),
            _ => case.map_or("", |loaded| &loaded.detail.row.process),
        };
        Self::new(world, process, now)
    }

    /// The language.
    pub fn texts(&self) -> &'a Texts {
        &self.world.texts
    }

    /// Its words for days and times.
    pub fn words(&self) -> &Words {
        &self.words
    }

    /// The answer with the words for days and times in it replaced by what they mean.
    pub fn plain<'e>(&self, entry: &'e Entry) -> Cow<'e, str> {
        let raw = entry.raw();
        let Some(kind) = entry.kind else {
            return Cow::Borrowed(raw);
        };
        let FieldKind::List(of) = kind else {
            let meant = self.one(kind, raw.trim(), entry.lean);
            return meant.map_or(Cow::Borrowed(raw), Cow::Owned);
        };
        let line = |line: &'e str| {
            let meant = self.one(*of, line.trim(), entry.lean);
            meant.map_or(Cow::Borrowed(line), Cow::Owned)
        };
        let lines: Vec<Cow<'e, str>> = raw.split('\n').map(line).collect();
        if lines.iter().all(|line| matches!(line, Cow::Borrowed(_))) {
            return Cow::Borrowed(raw);
        }
        Cow::Owned(lines.join("\n"))
    }

    /// What the words mean, as it would be typed; `None` when there are none.
    fn one(&self, kind: FieldKind, said: &str, lean: Lean) -> Option<String> {
        let local = self.now.with_timezone(&self.country.zone());
        let meant = match kind {
            FieldKind::Instant => self.words.instant(said, local, lean).map(typed),
            FieldKind::Date => {
                let day = self.words.day(said, local, lean);
                day.map(|day| day.to_string())
            }
            _ => None,
        };
        meant.filter(|meant| meant != said)
    }

    /// What an answer was understood as, where that is not what stands there.
    pub fn said(&self, entry: &Entry) -> Option<String> {
        let raw = entry.raw().trim();
        let found = match entry.kind.filter(|_| !raw.is_empty())? {
            FieldKind::Instant | FieldKind::Date => self.day_and_time(entry)?,
            FieldKind::Money => Money::parse(raw, self.country).ok()?.local(),
            FieldKind::List(_) => self.plain(entry).lines().collect::<Vec<_>>().join("; "),
            _ => return None,
        };
        let typed = raw.lines().collect::<Vec<_>>().join("; ");
        (found != typed).then_some(found)
    }

    /// The answer as the language writes it, where it is a day, a time or an amount; `None` where that
    /// is what stands there.
    pub fn written(&self, entry: &Entry) -> Option<String> {
        let raw = entry.raw().trim();
        let kind = entry.kind.filter(|_| !raw.is_empty())?;
        let FieldKind::List(of) = kind else {
            return self.write_one(kind, &self.plain(entry));
        };
        let plain = self.plain(entry);
        let line = |line: &str| self.write_one(*of, line).unwrap_or_else(|| line.to_owned());
        let said: Vec<String> = plain.lines().map(line).collect();
        Some(said.join("\n")).filter(|said| said != raw)
    }

    fn write_one(&self, kind: FieldKind, raw: &str) -> Option<String> {
        let raw = raw.trim();
        match kind {
            FieldKind::Instant | FieldKind::Date => {
                let (day, time) = raw.split_once([' ', 'T']).unwrap_or((raw, ""));
                let today = self.now.with_timezone(&self.country.zone()).date_naive();
                let day = say::day_near(self.texts(), day.parse().ok()?, today);
                Some(format!("{day} {time}").trim_end().to_owned())
            }
            FieldKind::Money => {
                let money = Money::parse(raw, self.country).ok()?;
                Some(format::money(self.texts(), money))
            }
            _ => None,
        }
    }

    /// The day with its name: a slip of the finger is seen there first.
    fn day_and_time(&self, entry: &Entry) -> Option<String> {
        let Cow::Owned(meant) = self.plain(entry) else {
            return None;
        };
        let (day, time) = meant.split_once(' ').unwrap_or((&meant, ""));
        let today = self.now.with_timezone(&self.country.zone()).date_naive();
        let day = say::day_near(&self.world.texts, day.parse().ok()?, today);
        Some(format!("{day} {time}").trim_end().to_owned())
    }
}

/// Whether what a field asks for is to come, by the guards of its action.
pub fn lean(action: &Action, key: &str) -> Lean {
    let is_ahead = action
        .guards
        .iter()
        .any(|guard| matches!(guard, Guard::Future(field) if *field == key));
    if is_ahead { Lean::Ahead } else { Lean::Back }
}
