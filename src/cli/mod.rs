//! One file per subcommand.

pub mod import;
pub mod pg_supervisor;
pub mod worker;
