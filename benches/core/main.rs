//! What needs no database: the frame (time and bytes on the line), the engine, and deadlines after
//! an edit of the calendar. `cargo bench --bench core -- [frame] [engine] [deadlines]`.
//!
//! Each figure stands beside a baseline of the same run; only their ratio means something elsewhere.

mod deadlines;
mod engine;
mod frame;
mod measure;

/// The cases that the tests of the processes lead through the engine.
#[path = "../../tests/suite/process_world.rs"]
#[expect(dead_code, clippy::unwrap_used, reason = "shared with the tests")]
mod process_world;

#[expect(
    dead_code,
    clippy::unwrap_used,
    clippy::wildcard_imports,
    reason = "shared with the tests"
)]
mod support;

use loket::system;

fn main() -> color_eyre::Result<()> {
    let asked: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let wants = |part: &str| asked.is_empty() || asked.iter().any(|word| word == part);
    if wants("frame") {
        frame::measure()?;
    }
    if wants("engine") {
        engine::measure()?;
    }
    if wants("deadlines") {
        deadlines::measure()?;
    }
    system::print_line("");
    Ok(())
}
