//! Checks a map of keys as a whole. The shipped lines agree with each other, so that taking away the
//! lines of files that do not agree always comes to an end.

use super::{Keymap, Line};
use crate::desk::command::{COMMANDS, Command, Context, all_in};
use crate::desk::overlay::{Origin, Problem};
use crate::desk::strokes::Strokes;

impl Keymap {
    /// Takes lines away until the rest agrees; says which and why.
    pub(super) fn settle(&mut self) -> Vec<Problem> {
        let mut problems = Vec::new();
        while let Some((command, problem)) = self.silent().or_else(|| self.conflict()) {
            problems.push(problem);
            let lines = self.lines.entry(command.name).or_default();
            lines.pop();
            if lines.is_empty() {
                break; // the shipped line itself: there is nothing below it
            }
        }
        problems
    }

    /// A command that nothing calls in a context where it works.
    fn silent(&self) -> Option<(&'static Command, Problem)> {
        COMMANDS.iter().find_map(|command| {
            let context = command.contexts.iter().find(|context| {
                !command.is_reached_by_name(**context)
                    && !command.may_be_silent(**context)
                    && self.keys_in(command, **context).next().is_none()
            })?;
            let args = [("command", command.name), ("context", context.key())];
            let problem = Problem::new(self.origin(command), "unreachable", &args);
            Some((command, problem))
        })
    }

    /// Two commands of one context with the same key, or with one that begins the other's.
    fn conflict(&self) -> Option<(&'static Command, Problem)> {
        Context::ALL
            .into_iter()
            .find_map(|context| self.conflict_in(context))
    }

    fn conflict_in(&self, context: Context) -> Option<(&'static Command, Problem)> {
        let mut seen: Vec<(&'static str, &Strokes)> = Vec::new();
        for command in all_in(context) {
            for strokes in self.keys_in(command, context) {
                let twin = seen.iter().find(|(other, theirs)| {
                    strokes.collides(theirs) && (command.name, strokes) != (*other, *theirs)
                });
                if let Some((other, theirs)) = twin {
                    let (blamed, other) = self.blame(command, other);
                    let args = [
                        ("key", &*strokes.to_string()),
                        ("other_key", &*theirs.to_string()),
                        ("command", blamed.name),
                        ("other", other.name),
                        ("context", context.key()),
                        ("at", &*self.origin(other).to_string()),
                    ];
                    let problem = Problem::new(self.origin(blamed), "conflict", &args);
                    return Some((blamed, problem));
                }
                seen.push((command.name, strokes));
            }
        }
        None
    }

    /// Of two commands the one whose line was laid over the other's: the later.
    fn blame(&self, one: &'static Command, other: &str) -> (&'static Command, &'static Command) {
        let other = crate::desk::command::named(other).unwrap_or(one);
        let place = |command: &Command| {
            let line = self.line(command);
            line.map(|line: &Line| (line.layer, file_line(&line.origin)))
        };
        if place(one) >= place(other) {
            (one, other)
        } else {
            (other, one)
        }
    }
}

fn file_line(origin: &Origin) -> usize {
    match origin {
        Origin::Shipped => 0,
        Origin::File(_, line) => *line,
    }
}
