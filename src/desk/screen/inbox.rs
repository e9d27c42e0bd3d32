//! One list of cases. Rows keep their place while others work: what changed is marked, what left is
//! marked as gone, what is new is counted and taken in when the agent says so.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::store::StoreError;
use crate::store::filter::Filter;
use crate::store::rows::{
    CaseId, CaseRow, Found, InboxPage, InboxView, PAGE_MOST, PageKey, WorkState,
};

/// How many rows are read at once.
pub const PAGE: u32 = 100;
/// How many rows of one list are kept at most: as many as can be read anew at once, so that the
/// cursor never stands on a row that no page brings. The rest is reached by filter and search.
pub const MOST: usize = PAGE_MOST as usize;

/// What happened to a row since it was put in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Nothing.
    Same,
    /// Somebody changed it.
    Changed,
    /// It left the list.
    Gone,
}

/// A row in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The case as it is now.
    pub case: CaseRow,
    /// What happened to it.
    pub mark: Mark,
}

/// How an arriving page is taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// As it is: the agent asked for it, or did something himself.
    Anew,
    /// Without moving anything.
    InPlace,
}

/// One list.
#[derive(Debug, Clone)]
pub struct Inbox {
    /// Which list.
    pub view: InboxView,
    /// What it shows of the list; empty: all.
    pub filter: Filter,
    /// How many fit the filter, as last counted.
    pub found: Option<Found>,
    /// Where a filtered list goes on.
    pub place: Option<PageKey>,
    /// The marked cases.
    pub marks: BTreeSet<CaseId>,
    /// Numbers of cases that lost their mark: to be said.
    pub unmarked: Vec<String>,
    /// Text key of its name.
    pub name: String,
    /// The rows in their places.
    pub rows: Vec<Row>,
    /// Where the cursor is.
    pub cursor: usize,
    /// First visible row.
    pub top: usize,
    /// Whether more rows follow in the database.
    pub more: bool,
    /// Whether it was ever read.
    pub read: bool,
    /// How the next page is taken in.
    pub take: Take,
    /// How many new rows wait to be taken in.
    pub new: usize,
    /// The order that waits to be taken in.
    pub waiting: Option<InboxPage>,
    /// Why the last reading failed.
    pub problem: Option<StoreError>,
    /// How many rows are wanted at least: a cursor that comes back stands on the last of them.
    wanted: u32,
}

impl Inbox {
    /// A list that was not read yet.
    pub fn new(view: InboxView, name: String) -> Self {
        Self {
            view,
            filter: Filter::default(),
            found: None,
            place: None,
            marks: BTreeSet::new(),
            unmarked: Vec::new(),
            name,
            rows: Vec::new(),
            cursor: 0,
            top: 0,
            more: false,
            read: false,
            take: Take::Anew,
            new: 0,
            waiting: None,
            problem: None,
            wanted: PAGE,
        }
    }

    /// The row under the cursor.
    pub fn current(&self) -> Option<&Row> {
        self.rows.get(self.cursor)
    }

    /// How many rows to ask for so that none of ours is missing.
    pub fn limit(&self) -> u32 {
        let shown = u32::try_from(self.rows.len().min(MOST)).unwrap_or(PAGE);
        shown.max(self.wanted)
    }

    /// Read at least so many rows from now on.
    pub fn want(&mut self, rows: usize) {
        self.wanted = u32::try_from(rows).unwrap_or(PAGE).max(PAGE);
    }

    /// The place behind the last row.
    pub fn end(&self) -> Option<PageKey> {
        if !self.filter.is_empty() {
            return self.place;
        }
        self.rows.last().map(|row| row.case.page_key())
    }

    /// Take in a page that was asked for from the start.
    pub fn take_in(&mut self, page: InboxPage) {
        self.problem = None;
        let anew = self.take == Take::Anew || !self.read || self.rows.is_empty();
        self.read = true;
        self.take = Take::InPlace;
        self.found = page.found;
        if anew {
            self.replace(page);
        } else {
            self.merge(page);
        }
    }

    /// Take in a page that follows the rows there are.
    pub fn append(&mut self, page: InboxPage) {
        self.problem = None;
        let known: Vec<CaseId> = self.rows.iter().map(|row| row.case.case_id).collect();
        let room = MOST.saturating_sub(self.rows.len());
        let fresh = page
            .rows
            .into_iter()
            .filter(|row| !known.contains(&row.case_id));
        self.rows.extend(fresh.take(room).map(same));
        self.more = page.more;
        self.place = page.place;
    }

    /// Take in the order that waits. `false` when none waits.
    pub fn refresh(&mut self) -> bool {
        match self.waiting.take() {
            Some(page) => {
                self.replace(page);
                true
            }
            None => false,
        }
    }

    /// Put the cursor on that case, if it is here.
    pub fn find(&mut self, case: CaseId) -> bool {
        let found = self.rows.iter().position(|row| row.case.case_id == case);
        if let Some(at) = found {
            self.cursor = at;
        }
        found.is_some()
    }

    /// Move the cursor, and the window of `lines` lines with it.
    pub fn move_to(&mut self, target: usize, lines: usize) {
        self.cursor = target.min(self.rows.len().saturating_sub(1));
        self.keep_visible(lines);
    }

    /// Let the window of `lines` lines show the cursor.
    pub fn keep_visible(&mut self, lines: usize) {
        let last_top = self.rows.len().saturating_sub(lines);
        self.top = self
            .top
            .clamp((self.cursor + 1).saturating_sub(lines), self.cursor)
            .min(last_top);
    }

    /// Whether the cursor is near the end of what was read.
    pub fn wants_more(&self) -> bool {
        let has_room = self.rows.len() < MOST;
        self.more && has_room && self.cursor + 20 >= self.rows.len()
    }

    /// The rows that are visible in a window of `lines` lines.
    pub fn visible(&self, lines: usize) -> &[Row] {
        let from = self.top.min(self.rows.len());
        let to = (from + lines).min(self.rows.len());
        &self.rows[from..to]
    }

    fn replace(&mut self, page: InboxPage) {
        let current = self.current().map(|row| row.case.case_id);
        self.unmark_replaced(&page);
        self.more = page.more;
        self.place = page.place;
        self.rows = page.rows.into_iter().map(same).collect();
        self.new = 0;
        self.waiting = None;
        if !current.is_some_and(|case| self.find(case)) {
            self.cursor = self.cursor.min(self.rows.len().saturating_sub(1));
        }
    }

    fn merge(&mut self, page: InboxPage) {
        let last = page.rows.last().map(place);
        let all = || page.rows.iter().chain(&page.known);
        let find = |case: CaseId| all().find(|row| row.case_id == case);
        let tells_all = !self.filter.is_empty();
        for row in &mut self.rows {
            match find(row.case.case_id) {
                Some(now) if differs(&row.case, now) || row.mark == Mark::Gone => {
                    row.case = now.clone();
                    row.mark = Mark::Changed;
                }
                Some(now) => row.case = now.clone(),
                None if tells_all
                    || !page.more
                    || last.is_none_or(|last| place(&row.case) < last) =>
                {
                    row.mark = Mark::Gone;
                }
                None => {}
            }
        }
        let known = |case: CaseId| self.rows.iter().any(|row| row.case.case_id == case);
        let shown = page.rows.iter().take(self.rows.len().max(PAGE as usize));
        self.new = shown.filter(|row| !known(row.case_id)).count();
        self.waiting = Some(page);
        self.unmark_gone();
    }

    /// How many fit the filter, and whether that is all of them.
    pub fn count(&self) -> Found {
        let here = self
            .rows
            .iter()
            .filter(|row| row.mark != Mark::Gone)
            .count();
        let here = i64::try_from(here).unwrap_or(i64::MAX);
        match self.found {
            Some(found) if self.more => Found {
                count: found.count.max(here),
                ..found
            },
            _ => Found {
                count: here,
                all: !self.more,
            },
        }
    }
}

fn same(case: CaseRow) -> Row {
    let mark = Mark::Same;
    Row { case, mark }
}

/// Where a row is sorted: the pool, held, waiting; each by nearest clock.
pub(super) fn place(row: &CaseRow) -> (WorkState, DateTime<Utc>, CaseId) {
    (row.work, row.sort_at, row.case_id)
}

fn differs(one: &CaseRow, other: &CaseRow) -> bool {
    one.version != other.version || one.holder_id != other.holder_id || one.work != other.work
}
