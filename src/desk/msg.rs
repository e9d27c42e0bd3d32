//! What happens to the desk: the only ways in.

use super::effect::{Beat, Reply, Ticket};
use super::key::Input;

/// Something happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    /// The console starts.
    Start,
    /// The person did something.
    Input(Input),
    /// A line was typed that asks the desk for nothing, such as to be told where one is (lines only).
    Line,
    /// An answer to a question or a write.
    Reply(Ticket, Box<Reply>),
    /// The once-a-second answer.
    Beat(Box<Beat>),
    /// The time of [`super::wake::next_wake`] has come.
    Wake,
    /// The terminal is ours again.
    Resumed,
    /// The system wants us to go.
    Stop,
}
