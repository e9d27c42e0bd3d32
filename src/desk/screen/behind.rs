//! What lies behind a figure: rows that are read page by page, as the cursor comes to their end.

use super::super::command::Id;
use super::super::geometry::Window;
use super::moved;
use crate::store::StoreError;

/// How near the last row the next page is asked for.
const NEAR: usize = 20;

/// The rows behind a figure.
#[derive(Debug, Clone)]
pub struct Behind<Of, Row> {
    /// Which figure.
    pub of: Of,
    /// What was read of them.
    pub rows: Vec<Row>,
    /// Whether more follow.
    pub more: bool,
    /// Where the cursor is.
    pub cursor: usize,
}

impl<Of, Row> Behind<Of, Row> {
    /// Nothing of it is read yet.
    pub fn of(of: Of) -> Self {
        Self {
            of,
            rows: Vec::new(),
            more: true,
            cursor: 0,
        }
    }

    /// The row under the cursor.
    pub fn current(&self) -> Option<&Row> {
        self.rows.get(self.cursor)
    }

    /// Moves the cursor; whether the next page is wanted, of at most so many rows in all.
    pub fn walk(&mut self, id: Id, window: Window, most: usize) -> bool {
        let count = self.rows.len();
        self.cursor = moved(id, self.cursor, count, window).unwrap_or(self.cursor);
        self.more && self.cursor + NEAR >= count && count < most
    }

    /// A page of that size came in; why it could not be read, if so.
    pub fn take(&mut self, page: Result<Vec<Row>, StoreError>, size: u32) -> Option<StoreError> {
        match page {
            Ok(rows) => {
                self.more = rows.len() >= size as usize;
                self.rows.extend(rows);
                None
            }
            Err(error) => {
                self.more = false;
                Some(error)
            }
        }
    }
}
