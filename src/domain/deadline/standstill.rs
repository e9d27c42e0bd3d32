//! The union of the pauses of a clock: overlapping reasons count once (case-anchors c.3, 16).

use chrono::{DateTime, TimeDelta, Utc};

use super::Pause;
use crate::domain::calendar::CalendarError;

/// A time in which the clock stood still, for one reason or several at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Still {
    /// Beginning, never before the start of the term.
    pub from: DateTime<Utc>,
    /// End; `None` while it lasts.
    pub until: Option<DateTime<Utc>>,
    /// The reason codes, joined by `+`.
    pub reasons: String,
}

/// The pauses after the start, in order and apart.
#[derive(Debug, Clone, Default)]
pub(super) struct Standstill {
    /// The merged pauses.
    pub all: Vec<Still>,
}

impl Standstill {
    /// Merges pauses and cuts away what lies before the start.
    pub(super) fn new(pauses: &[Pause], start: DateTime<Utc>) -> Result<Self, CalendarError> {
        let mut sorted: Vec<&Pause> = pauses.iter().collect();
        sorted.sort_by_key(|pause| pause.from);
        let mut all: Vec<Still> = Vec::with_capacity(sorted.len());
        for pause in sorted {
            if let Some(until) = pause.until.filter(|until| *until < pause.from) {
                let from = pause.from;
                return Err(CalendarError::BackwardsPause { from, until });
            }
            if pause.until.is_some_and(|until| until < start) {
                continue;
            }
            match all.last_mut().filter(|last| last.touches(pause.from)) {
                Some(last) => last.extend(pause),
                None => all.push(Still {
                    from: pause.from.max(start),
                    until: pause.until,
                    reasons: pause.reason.clone(),
                }),
            }
        }
        Ok(Self { all })
    }

    /// The pauses that have ended: only these are credited.
    pub(super) fn ended(&self) -> impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)> + '_ {
        self.all
            .iter()
            .filter_map(|still| Some((still.from, still.until?)))
    }

    /// Whether the clock stands still just before `end`.
    pub(super) fn covers_end(&self, end: DateTime<Utc>) -> bool {
        self.ended().any(|(from, until)| from < end && until >= end)
    }

    /// What remains of `[from, until)` when the pauses are taken out.
    pub(super) fn running(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
        let mut pieces = Vec::new();
        let mut at = from;
        for (pause, resume) in self.ended() {
            if pause > at {
                pieces.push((at, pause.min(until)));
            }
            at = at.max(resume);
        }
        pieces.push((at, until));
        pieces.retain(|(from, until)| from < until);
        pieces
    }

    /// The instant that lies `span` of running time after `start`; `None` beyond all dates.
    pub(super) fn elapse(&self, start: DateTime<Utc>, span: TimeDelta) -> Option<DateTime<Utc>> {
        let mut due = start.checked_add_signed(span)?;
        for (from, until) in self.ended() {
            if from < due {
                due = due.checked_add_signed(until - from)?;
            }
        }
        Some(due)
    }
}

impl Still {
    fn touches(&self, from: DateTime<Utc>) -> bool {
        self.until.is_none_or(|until| from <= until)
    }

    fn extend(&mut self, pause: &Pause) {
        self.until = self
            .until
            .zip(pause.until)
            .map(|(mine, theirs)| mine.max(theirs));
        if !self.reasons.split('+').any(|reason| reason == pause.reason) {
            self.reasons.push('+');
            self.reasons.push_str(&pause.reason);
        }
    }
}
