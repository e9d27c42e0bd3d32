//! Faults, each made on purpose: of the line, of processes, of the server, of the disk, of clocks.
//!
//! `LOKET_LONG` makes the runs among them longer, as in `history`.

mod clock;
mod crash;
mod disk;
mod failover;
mod lines;
mod processes;
mod session;
mod storm;
mod waiting;
