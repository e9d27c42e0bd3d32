//! A command's place in the footer: what the work of one queue begins with comes forward there.

use super::{Command, Id};
use crate::desk::model::Model;

/// What comes forward in a queue, and to which place.
const FORWARD: &[(&str, Id, u8)] = &[
    ("sharing", Id::Consumption, 4),
    ("wash", Id::Clusters, 4),
    ("wash", Id::Updates, 4),
];

/// The command's place in the footer now, 1 first.
pub fn of(command: &Command, model: &Model) -> u8 {
    let queue = model.current_row().map(|row| row.queue.as_str());
    let forward = FORWARD
        .iter()
        .find(|(of, id, _)| queue == Some(*of) && *id == command.id);
    forward.map_or(command.rank, |(_, _, rank)| *rank)
}
