//! Short messages: the newest is shown above the footer until its time is over.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};

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
}

/// All messages of the session that are kept.
#[derive(Debug, Clone, Default)]
pub struct Toasts {
    all: VecDeque<Toast>,
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
        self.all.push_back(Toast { text, tone, until });
    }

    /// The one to be shown.
    pub fn shown(&self, now: DateTime<Utc>) -> Option<&Toast> {
        self.all.back().filter(|toast| now < toast.until)
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
