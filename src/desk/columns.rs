//! Which columns a list of cases shows and in what order: as an agent chose for that list, else as
//! it comes. The list of each queue has its own, and that of the cases that are held. Kept a moment
//! after a change; where there is no room for all, the least important fall away.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::effect::{Effect, Save, Slot};
use super::world::World;
use crate::store::StoreError;
use crate::store::rows::{InboxView, ListColumns};

/// Kept so long after the first change that is not kept.
pub const PAUSE_MS: i64 = 1_000;

/// Columns of the screen in front of the first one: two signs and the letter of the deadline.
pub const SIGNS: usize = 3;
/// Least columns of what is to be done.
const WHAT: usize = 12;
/// Least columns of whom it is about.
pub const PARTY: usize = 9;

/// One column of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Column {
    /// The time left, and in a word how the deadline stands.
    Left,
    /// The number of the case.
    Case,
    /// What is to be done: the state.
    What,
    /// Whom it is about.
    Party,
    /// Who has it.
    Who,
    /// Until when.
    Due,
    /// Which deadline is the nearest.
    Clock,
    /// When a promise is to be kept.
    Promise,
    /// The queue.
    Queue,
    /// When it came in.
    Received,
}

impl Column {
    /// All there are.
    pub const ALL: [Self; 10] = [
        Self::Left,
        Self::Case,
        Self::What,
        Self::Party,
        Self::Who,
        Self::Due,
        Self::Clock,
        Self::Promise,
        Self::Queue,
        Self::Received,
    ];

    /// A list as it comes.
    pub const DEFAULT: [Self; 5] = [Self::Left, Self::Case, Self::What, Self::Party, Self::Who];

    /// What falls away where there is no room, the first first; the rest stays.
    const FALLS: [Self; 7] = [
        Self::Party,
        Self::Received,
        Self::Queue,
        Self::Clock,
        Self::Promise,
        Self::Due,
        Self::Who,
    ];

    /// Its name in the database and in the texts: `list.<name>` heads it, `column.<name>` explains
    /// it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Case => "case",
            Self::What => "what",
            Self::Party => "party",
            Self::Who => "who",
            Self::Due => "due",
            Self::Clock => "clock",
            Self::Promise => "promise",
            Self::Queue => "queue",
            Self::Received => "received",
        }
    }

    /// Whether it cannot be hidden: a row must say which case it is.
    pub fn is_fixed(self) -> bool {
        self == Self::Case
    }

    /// Columns of the screen between it and the next one.
    pub fn gap(self) -> usize {
        if self == Self::Case { 2 } else { 1 }
    }
}

/// The column of that name.
fn named(name: &str) -> Option<Column> {
    Column::ALL.into_iter().find(|column| column.name() == name)
}

/// A list as its columns are kept: the queue, or `None` for the cases that we hold.
pub fn list_of(view: &InboxView) -> Option<i32> {
    match view {
        InboxView::Queue(queue) => Some(*queue),
        InboxView::Mine => None,
    }
}

/// What was chosen, list by list.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    chosen: BTreeMap<Option<i32>, Vec<Column>>,
    /// Lists whose choice the database does not have.
    unsaved: BTreeSet<Option<i32>>,
    /// Lists whose choice is on its way there.
    under_way: BTreeSet<Option<i32>>,
    /// Since when (machine time).
    since: Option<DateTime<Utc>>,
}

impl Columns {
    /// The columns of a list, from left to right.
    pub fn of(&self, list: Option<i32>) -> &[Column] {
        self.chosen.get(&list).map_or(&Column::DEFAULT, |it| it)
    }

    /// Choose; what is as it comes is no choice.
    pub fn choose(&mut self, list: Option<i32>, shown: Vec<Column>, now: DateTime<Utc>) {
        if self.of(list) == shown {
            return;
        }
        self.put(list, shown);
        self.unsaved.insert(list);
        self.since.get_or_insert(now);
    }

    fn put(&mut self, list: Option<i32>, shown: Vec<Column>) {
        if shown == Column::DEFAULT {
            self.chosen.remove(&list);
        } else {
            self.chosen.insert(list, shown);
        }
    }

    /// What the database has. What was chosen here and is not there yet counts more.
    pub fn take_in(&mut self, told: &[ListColumns]) {
        let ours: BTreeSet<_> = self.unsaved.union(&self.under_way).copied().collect();
        self.chosen.retain(|list, _| ours.contains(list));
        for one in told.iter().filter(|it| !ours.contains(&it.queue_id)) {
            let shown = read(&one.shown);
            if !shown.is_empty() {
                self.put(one.queue_id, shown);
            }
        }
    }
}

/// Columns by their names: each once, those that are unknown here left out, the fixed one added.
fn read(names: &[String]) -> Vec<Column> {
    let mut shown: Vec<Column> = Vec::new();
    for column in names.iter().filter_map(|name| named(name)) {
        if !shown.contains(&column) {
            shown.push(column);
        }
    }
    if !shown.is_empty() && !shown.contains(&Column::Case) {
        shown.insert(0, Column::Case);
    }
    shown
}

/// Keep the choices when they are due.
pub fn save(world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
    let is_due = next_due(world).is_some_and(|at| at <= now);
    if is_due {
        save_last(world, now)
    } else {
        Vec::new()
    }
}

/// The console ends: keep what is not kept.
pub fn save_last(world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
    let lists = std::mem::take(&mut world.columns.unsaved);
    world.columns.since = None;
    world.columns.under_way.extend(&lists);
    let saves = lists.into_iter().map(|list| {
        let chosen = world.columns.chosen.get(&list);
        let names = chosen.into_iter().flatten();
        let names = names.map(|column| column.name().to_owned()).collect();
        let ticket = world.ticket(Slot::Columns(list), now);
        let shown = ListColumns {
            queue_id: list,
            shown: names,
        };
        Effect::Save(ticket, Box::new(Save::Columns(shown)))
    });
    saves.collect()
}

/// When the next save is due (machine time): one after the other, so that the last one counts.
pub fn next_due(world: &World) -> Option<DateTime<Utc>> {
    let columns = &world.columns;
    let is_free = columns.unsaved.is_disjoint(&columns.under_way);
    let since = columns.since.filter(|_| is_free)?;
    Some(since + TimeDelta::milliseconds(PAUSE_MS))
}

/// What became of a save: what could not be kept for want of a line is kept later.
pub fn kept(
    world: &mut World,
    list: Option<i32>,
    result: &Result<(), StoreError>,
    now: DateTime<Utc>,
) {
    world.columns.under_way.remove(&list);
    if let Err(StoreError::Offline(_) | StoreError::SessionLost) = result {
        world.columns.unsaved.insert(list);
        world.columns.since = Some(now);
    }
}

/// The columns that have room in a list of so many columns of the screen, each with its width.
/// `need` says how wide a column would be; what is to be done and whom it is about share what the
/// others leave.
pub fn layout(
    shown: &[Column],
    room: usize,
    need: &dyn Fn(Column) -> usize,
) -> Vec<(Column, usize)> {
    let mut shown = shown.to_vec();
    loop {
        let has = |column| shown.contains(&column);
        let shared = match (has(Column::What), has(Column::Party)) {
            (true, true) => need(Column::What).max(WHAT) + 1 + PARTY + 1,
            (true, false) => WHAT + 1,
            (false, true) => PARTY + 1,
            (false, false) => 0,
        };
        if taken(&shown, need) + shared <= room {
            break;
        }
        let Some(falls) = Column::FALLS.into_iter().find(|column| has(*column)) else {
            break;
        };
        shown.retain(|column| *column != falls);
    }
    widths(&shown, room, need)
}

fn is_shared(column: Column) -> bool {
    matches!(column, Column::What | Column::Party)
}

/// What the columns take that share nothing, with what stands in front.
fn taken(shown: &[Column], need: &dyn Fn(Column) -> usize) -> usize {
    let fixed = shown.iter().filter(|column| !is_shared(**column));
    SIGNS
        + fixed
            .map(|column| need(*column) + column.gap())
            .sum::<usize>()
}

fn widths(shown: &[Column], room: usize, need: &dyn Fn(Column) -> usize) -> Vec<(Column, usize)> {
    let rest = room.saturating_sub(taken(shown, need) + 1);
    let has_what = shown.contains(&Column::What);
    let party = if has_what {
        let wanted = need(Column::What).max(WHAT);
        rest.saturating_sub(wanted + 1)
    } else {
        rest
    };
    let party = party.min(need(Column::Party).max(PARTY));
    let what = if shown.contains(&Column::Party) {
        rest.saturating_sub(party + 1)
    } else {
        rest
    };
    let width = |column: Column| match column {
        Column::What => what,
        Column::Party => party,
        other => need(other),
    };
    shown
        .iter()
        .map(|column| (*column, width(*column)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need(column: Column) -> usize {
        match column {
            Column::Left => 13,
            Column::Case => 14,
            Column::What => 20,
            Column::Party => 24,
            _ => 10,
        }
    }

    fn shown(columns: &[Column], room: usize) -> Vec<Column> {
        let laid = layout(columns, room, &need).into_iter();
        laid.map(|(column, _)| column).collect()
    }

    #[test]
    fn the_party_falls_away_first_and_number_and_task_never() {
        let all = Column::ALL;
        assert_eq!(shown(&all, 250), all);
        for room in 0..250 {
            let left = shown(&all, room);
            assert!(left.contains(&Column::Case) && left.contains(&Column::What));
            let fallen = Column::FALLS.map(|column| !left.contains(&column));
            assert!(fallen.is_sorted_by(|one, next| one >= next), "{room}");
        }
        assert_eq!(shown(&Column::DEFAULT, 59).len(), 4);
    }

    #[test]
    fn a_line_is_as_wide_as_the_list_and_never_wider() {
        for room in 59..250 {
            for columns in [
                &Column::ALL[..],
                &Column::DEFAULT,
                &[Column::Case, Column::Due],
            ] {
                let laid = layout(columns, room, &need);
                let wide = laid.iter().map(|(column, width)| width + column.gap());
                assert!(SIGNS + wide.sum::<usize>() <= room, "{room} {laid:?}");
            }
        }
    }

    #[test]
    fn names_that_nobody_knows_are_left_out_and_the_number_stays() {
        let names = ["who", "colour", "who", "due"].map(String::from);
        assert_eq!(read(&names), [Column::Case, Column::Who, Column::Due]);
        assert_eq!(read(&["colour".to_owned()]), []);
        for column in Column::ALL {
            assert_eq!(named(column.name()), Some(column));
        }
    }
}
