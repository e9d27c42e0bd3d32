//! The data wash on files: holdings and registers of any size in memory that does not grow with them
//! ([`sorted`]), classified on all cores.

pub mod holdings;
pub mod registers;
pub mod sorted;
mod temporary;
pub(in crate::exchange) mod unit;

use std::io;
use std::num::NonZero;
use std::ops::ControlFlow;
use std::sync::mpsc;

use holdings::{Holdings, Part};
use registers::RegisterFiles;

use crate::wash::classify::{Point, classify};
use crate::wash::{Finding, Rules};

/// So many rows that were left out are kept of a file; of more only the number.
pub const KEPT: usize = 10_000;

/// A row of a file that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Its line.
    pub line: u64,
    /// Why.
    pub why: super::import::refused::Refused,
}

/// The finding of a metering point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its number, as given.
    pub point: Box<str>,
    /// What was found.
    pub finding: Finding,
}

/// Every finding, in the order of the metering points, until `take` has enough. `threads` share the
/// work; how far they may be ahead of what was taken is bounded.
pub fn check(
    grid: &Holdings,
    supply: &Holdings,
    registers: &RegisterFiles,
    rules: &Rules,
    threads: NonZero<usize>,
    mut take: impl FnMut(Found) -> ControlFlow<()>,
) -> io::Result<()> {
    let work = |_: usize, keys: &Part| {
        let mut found = Vec::new();
        holdings::each_point(grid, supply, keys, |point| {
            found.extend(look(point, registers, rules));
        })?;
        registers.failed().map_or(Ok(found), Err)
    };
    let parts = holdings::parts(grid, supply);
    in_order(&parts, threads, work, |found| {
        found.into_iter().try_for_each(&mut take)
    })
}

/// So many parts of a thread may wait to be taken.
const AHEAD: usize = 2;

/// Does the work of each part, given with its number, on several threads, and takes the results in the
/// order of the parts.
pub(in crate::exchange) fn in_order<T: Send>(
    parts: &[Part],
    threads: NonZero<usize>,
    work: impl Fn(usize, &Part) -> io::Result<T> + Sync,
    mut take: impl FnMut(T) -> ControlFlow<()>,
) -> io::Result<()> {
    let work = &work;
    std::thread::scope(|scope| {
        let lines: Vec<_> = (0..threads.get().min(parts.len()))
            .map(|line| {
                let (sender, receiver) = mpsc::sync_channel(AHEAD);
                let mine = parts.iter().enumerate().skip(line).step_by(threads.get());
                let worker = scope.spawn(move || {
                    for (number, part) in mine {
                        if sender.send(work(number, part)).is_err() {
                            break; // nobody wants more
                        }
                    }
                });
                (receiver, worker)
            })
            .collect();
        let mut answer = Ok(());
        for part in 0..parts.len() {
            let told = lines.get(part % threads.get()).map(|(line, _)| line.recv());
            match told {
                Some(Ok(Ok(done))) => {
                    if take(done).is_continue() {
                        continue;
                    }
                }
                Some(Ok(Err(error))) => answer = Err(error),
                Some(Err(_)) | None => {} // its thread panicked, and is asked below
            }
            break;
        }
        for (receiver, worker) in lines {
            drop(receiver);
            if let Err(panic) = worker.join() {
                std::panic::resume_unwind(panic);
            }
        }
        answer
    })
}

fn look(point: Point<'_>, registers: &RegisterFiles, rules: &Rules) -> Option<Found> {
    let finding = classify(point, registers, rules)?;
    let point = point.number.into();
    Some(Found { point, finding })
}

/// Three things done at once: each file has a thread of its own.
pub fn beside<A: Send, B: Send, C>(
    one: impl FnOnce() -> A + Send,
    two: impl FnOnce() -> B + Send,
    three: impl FnOnce() -> C,
) -> (A, B, C) {
    fn ended<T>(done: std::thread::Result<T>) -> T {
        done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
    std::thread::scope(|scope| {
        let (one, two) = (scope.spawn(one), scope.spawn(two));
        let three = three();
        (ended(one.join()), ended(two.join()), three)
    })
}
