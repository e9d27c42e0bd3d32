//! Short messages: the newest is shown above the footer until its time is over.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};

use crate::store::rows::CaseId;
use crate::text::retell::Retold;

/// How many are kept.
const KEPT: usize = 50;

/// What kind of message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// It was done.
    Done,
    /// It was not done, or something is to be known.
    Warning,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// In the words of the screen.
    pub text: String,
    /// What kind.
    pub tone: Tone,
    /// Until when it is shown (machine time).
    pub until: DateTime<Utc>,
    /// That what it tells can be taken back.
    pub offer: Option<Offer>,
}

/// A change that can be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// Of which case.
    pub case: CaseId,
    /// Until when (machine time).
    pub until: DateTime<Utc>,
}

impl Offer {
    /// Whether it stands, with that case under the cursor.
    pub fn stands(self, case: Option<CaseId>, now: DateTime<Utc>) -> bool {
        case == Some(self.case) && now < self.until
    }
}

/// All messages of the session that are kept.
#[derive(Debug, Clone, Default)]
pub struct Toasts {
    all: VecDeque<Toast>,
    /// How many were ever said.
    said: usize,
}

impl Toasts {
    /// Say it.
    pub fn say(&mut self, tone: Tone, text: String, now: DateTime<Utc>) {
        let seconds = match tone {
            Tone::Done => 8,
            Tone::Warning => 20,
        };
        let until = now + TimeDelta::seconds(seconds);
        if self.all.len() == KEPT {
            self.all.pop_front();
        }
        self.said += 1;
        self.all.push_back(Toast {
            text,
            tone,
            until,
            offer: None,
        });
    }

    /// The one that was just said can be taken back: it stays for as long, a minute at most.
    pub fn offer(&mut self, offer: Offer, now: DateTime<Utc>) {
        if let Some(toast) = self.all.back_mut() {
            toast.until = offer
                .until
                .min(now + TimeDelta::minutes(1))
                .max(toast.until);
            toast.offer = Some(offer);
        }
    }

    /// How many were ever said.
    pub fn said(&self) -> usize {
        self.said
    }

    /// Those that were said after so many, as far as they are kept.
    pub fn after(&self, said: usize) -> impl Iterator<Item = &Toast> {
        let fresh = self.said.saturating_sub(said);
        self.all.iter().skip(self.all.len().saturating_sub(fresh))
    }

    /// The one to be shown.
    pub fn shown(&self, now: DateTime<Utc>) -> Option<&Toast> {
        self.all.back().filter(|toast| now < toast.until)
    }

    /// All of them in another language.
    pub fn retell(&mut self, retold: &Retold<'_>) {
        let all = self.all.iter_mut();
        all.for_each(|toast| retold.change(&mut toast.text));
    }

    /// A key was pressed: a warning has been seen and leaves soon.
    pub fn read(&mut self, now: DateTime<Utc>) {
        if let Some(toast) = self.all.back_mut()
            && toast.tone == Tone::Warning
        {
            toast.until = toast.until.min(now + TimeDelta::seconds(3));
        }
    }
}
