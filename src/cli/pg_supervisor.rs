//! `loket pg-supervisor`, hidden: the process that holds a private server. loket starts it itself;
//! nobody types it.

use std::path::PathBuf;

use crate::local_postgres::{Job, LocalPostgresError, supervise};

/// What the starting loket passes on.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Folder of the private server
    #[arg(long)]
    home: PathBuf,
    /// Folder of the server programs
    #[arg(long)]
    bin: PathBuf,
    /// Account to run the server as
    #[arg(long)]
    server_user: Option<String>,
}

/// Holds the server until nobody needs it.
///
/// # Errors
/// The server could not be started.
pub async fn run(args: Args) -> Result<(), LocalPostgresError> {
    supervise(&Job {
        home: args.home,
        bin: args.bin,
        server_user: args.server_user,
    })
    .await
}
