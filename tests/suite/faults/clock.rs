//! The console's own clock jumps. Only the clock of the database decides anything.
