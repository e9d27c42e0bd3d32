//! One file per subcommand.

pub mod pg_supervisor;
