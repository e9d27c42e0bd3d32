//! What is kept while somebody types: no change of a case.

use uuid::Uuid;

use crate::store::rows::{DraftSave, ListColumns, Look};

/// What is kept while somebody types.
#[derive(Debug, Clone, PartialEq)]
pub enum Save {
    /// An unfinished form.
    Draft(DraftSave),
    /// It is not wanted any more: as this console (the second) wrote it, or up to that number.
    Drop(Uuid, Uuid, i64),
    /// The holder of its case may read it.
    Share(Uuid),
    /// Where we are.
    Place(serde_json::Value),
    /// What we looked at.
    Looked(Vec<Look>),
    /// Which columns a list shows.
    Columns(ListColumns),
}
