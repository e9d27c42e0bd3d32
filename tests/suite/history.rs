//! Many agents at once on a real PostgreSQL. What they asked and were told is recorded and checked
//! against a model of one case, the database against invariants, and what each console saw of the
//! change feed against what happened. The checks are themselves tried on databases that are broken
//! on purpose: they find each fault.
//!
//! `LOKET_LONG=20` runs twenty times as long, `LOKET_SEED=…` repeats a run that failed.

mod agent;
mod ask;
mod broken;
mod feed;
mod invariants;
mod justify;
mod model;
mod record;
mod run;
mod runs;
mod shared;
mod vandal;

pub(crate) use ask::Ask;
pub(crate) use invariants::holds as invariants_hold;
pub(crate) use record::{Ticket, Told};
pub(crate) use run::{Plan, Running};
pub(crate) use shared::{long, pulse, seed};
