//! What is shown as a picture: made once when it comes, so that drawing only lays it out.

use crate::domain::consumption::shown::{Mark, Shown};
use crate::domain::consumption::{Direction, Register};

/// What is shown, with the bars of its chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// What is shown.
    pub shown: Shown,
    /// A bar for each stretch.
    pub bars: Vec<Bar>,
    /// The highest bar of what is taken.
    pub up: i64,
    /// The highest bar of what is given.
    pub down: i64,
}

/// A bar: what was taken above, what was given below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bar {
    /// What was taken: by night, and all of it.
    pub up: (i64, i64),
    /// What was given: by night, and all of it.
    pub down: (i64, i64),
    /// How sure it is.
    pub mark: Mark,
}

impl Picture {
    /// The picture of what is shown.
    pub fn of(shown: Shown) -> Self {
        let both = |slot, direction| {
            let parts = shown.stack(slot, direction);
            let is_night = |register: &Register| {
                matches!(register, Register::OfftakeNight | Register::InjectionNight)
            };
            let night = parts.iter().filter(|(register, _)| is_night(register));
            let night = night.map(|(_, amount)| amount.value).sum();
            let all = parts.iter().map(|(_, amount)| amount.value).sum();
            (night, all)
        };
        let bars = (0..shown.slots.len()).map(|slot| Bar {
            up: both(slot, Direction::Offtake),
            down: both(slot, Direction::Injection),
            mark: shown.mark(slot),
        });
        Self {
            bars: bars.collect(),
            up: shown.highest(Direction::Offtake),
            down: shown.highest(Direction::Injection),
            shown,
        }
    }
}
