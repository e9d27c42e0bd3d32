//! The diagram of a process, in the language of Mermaid (`stateDiagram-v2`). Actions that are legal
//! in every live or closed state are left out: they would hide the process.
//!
//! This module must not know: what the labels say; the caller gives them.

use std::fmt::Write as _;

use super::{Action, By, From, Process, To, Work};

/// The diagram. `label` gives the text of a key such as `state.doubt.assessing` or
/// `action.doubt.close`.
pub fn diagram(process: &Process, label: impl Fn(&str) -> String) -> String {
    let mut out = String::from("stateDiagram-v2\n");
    for state in process.states {
        let text = plain(&label(&process.state_text(state.key)));
        let _ = writeln!(out, "    state \"{text}\" as {}", state.key);
    }
    for (_, state) in process.opening.states {
        let text = plain(&label(&process.action_text("open")));
        let _ = writeln!(out, "    [*] --> {state}: {text}");
    }
    for line in process.actions {
        edges(&mut out, process, line, &label);
    }
    for state in process
        .states
        .iter()
        .filter(|state| state.work == Work::Closed)
    {
        let _ = writeln!(out, "    {} --> [*]", state.key);
    }
    out
}

fn edges(out: &mut String, process: &Process, line: &Action, label: impl Fn(&str) -> String) {
    let From::In(states) = line.from else { return };
    let text = plain(&label(&process.action_text(line.key)));
    let text = match line.by {
        By::Timer(clock) => format!("{text} [{}]", plain(&label(&format!("clock.{clock}")))),
        _ => text,
    };
    for from in states {
        let to = match line.to {
            To::State(to) => to,
            To::Same | To::Reopened => from,
        };
        let _ = writeln!(out, "    {from} --> {to}: {text}");
    }
}

/// Characters that the language gives a meaning to.
fn plain(text: &str) -> String {
    text.replace('"', "'").replace([':', ';', '#', '\n'], " ")
}
