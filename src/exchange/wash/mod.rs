//! The data wash on files: holdings and registers of any size in bounded memory (rows beyond 64 MiB
//! lie in a temporary file, of each row an index of 16 bytes is kept), classified on all cores.

pub mod heap;
pub mod holdings;
pub mod registers;
pub(in crate::exchange) mod unit;

use std::num::NonZero;

use holdings::Holdings;
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

/// All findings, by metering point. `threads` share the work.
pub fn check(
    grid: &Holdings,
    supply: &Holdings,
    registers: &RegisterFiles,
    rules: &Rules,
    threads: NonZero<usize>,
) -> std::io::Result<Vec<Found>> {
    let ranges = holdings::ranges(grid, supply, threads.get());
    let answers: Vec<std::io::Result<Vec<Found>>> = std::thread::scope(|scope| {
        let workers: Vec<_> = ranges
            .into_iter()
            .map(|range| {
                scope.spawn(move || {
                    let mut found = Vec::new();
                    holdings::each_point(grid, supply, range, |point| {
                        found.extend(look(point, registers, rules));
                    })?;
                    registers.failed().map_or(Ok(found), Err)
                })
            })
            .collect();
        let join = |worker: std::thread::ScopedJoinHandle<'_, _>| match worker.join() {
            Ok(answer) => answer,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        workers.into_iter().map(join).collect()
    });
    let mut all = Vec::new();
    for found in answers {
        all.extend(found?);
    }
    Ok(all)
}

fn look(point: Point<'_>, registers: &RegisterFiles, rules: &Rules) -> Option<Found> {
    let finding = classify(point, registers, rules)?;
    let point = point.number.into();
    Some(Found { point, finding })
}
