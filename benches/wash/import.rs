//! Bringing holdings in, against a bare `COPY` of the same rows in the same database and run: into
//! tables of text without a key or an index. The server is durable, as `desk_load` has it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use color_eyre::Result;
use color_eyre::eyre::{ensure, eyre};
use loket::exchange::washing::bring::{self, Origin, Paths, Word};
use loket::local_postgres::{
    Accounts, Existing, LocalPostgres, Options, Profile, SUPERUSER, closed_ancestor,
};
use loket::store::Store;
use loket::store::admin::{self, Purpose};
use loket::system::{monotonic, print_line};
use loket::wash::record::{Held, Person};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};

use super::{FILES, highest_memory, world};

const DATABASE: &str = "run_wash";

/// One round: seconds of each way, and how many rows and findings there were.
#[derive(Debug, Clone, Copy)]
struct Round {
    import: f64,
    files: f64,
    findings: f64,
    rows: u64,
    found: u64,
    opened: i64,
}

/// Measures each size so often.
pub(super) fn measure(sizes: &[usize], rounds: usize) -> Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let options = Options {
            home: home()?,
            profile: Profile::Load,
            existing: Existing::Keep,
            ..Options::from_env(env!("CARGO_BIN_EXE_loket").into())
        };
        let server = tokio::task::spawn_blocking(move || LocalPostgres::start(&options)).await??;
        print_line(
            "  points      rows  findings   cases  import s  rows/s  COPY s  ratio (range)       \
             findings/s  COPY findings s  ratio (range)      client MiB",
        );
        for points in sizes {
            let folder = tempfile::tempdir()?;
            world::make(folder.path(), *points)?;
            let mut all = Vec::new();
            for _ in 0..rounds {
                all.push(round(&server, folder.path()).await?);
            }
            say(*points, &all)?;
        }
        Ok(())
    })
}

async fn round(server: &LocalPostgres, folder: &Path) -> Result<Round> {
    let mut session = fresh(server).await?;
    let paths = Paths {
        grid: folder.join(FILES[0]),
        supply: folder.join(FILES[1]),
        persons: Some(folder.join(FILES[2])),
        enterprises: Some(folder.join("enterprises.jsonl")),
    };
    let store = Store::connect(server.options(SUPERUSER, DATABASE), 2);
    let began = monotonic();
    let brought = bring::holdings(&store, &paths, &Origin::default(), Word::default()).await?;
    let import = seconds(monotonic().duration_since(began));
    ensure!(brought.left_out_count == 0, "every row can be read");
    ensure!(
        brought.told.unclosed.is_none(),
        "the import came to its end"
    );
    drop(store);
    let count = |word: &str| brought.told.counts.get(word).copied().unwrap_or_default();
    let began = monotonic();
    let mut rows = 0;
    for (at, columns) in [Held::COLUMNS, Held::COLUMNS, Person::COLUMNS]
        .iter()
        .enumerate()
    {
        rows += copy_file(&mut session, &folder.join(FILES[at]), at, columns).await?;
    }
    let files = seconds(monotonic().duration_since(began));
    let (findings, found) = copy_findings(&mut session).await?;
    session.close().await?;
    Ok(Round {
        import,
        files,
        findings,
        rows,
        found,
        opened: count("opened"),
    })
}

/// A database of its own for each round, with an administrator who imports.
async fn fresh(server: &LocalPostgres) -> Result<PgConnection> {
    let mut session = server.options(SUPERUSER, "postgres").connect().await?;
    for sql in [
        format!("DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)"),
        format!("CREATE DATABASE {DATABASE} TEMPLATE template0"),
    ] {
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut session)
            .await?;
    }
    session.close().await?;
    let database = server.options(SUPERUSER, DATABASE);
    admin::prepare(&database, Purpose::Work).await?;
    let mut session = database.connect().await?;
    sqlx::query("INSERT INTO loket.agents (db_role, name, role) VALUES ($1, 'Import', 'admin')")
        .bind(SUPERUSER)
        .execute(&mut session)
        .await?;
    Ok(session)
}

/// The rows of a file, each value as text.
async fn copy_file(
    session: &mut PgConnection,
    path: &Path,
    at: usize,
    columns: &[&str],
) -> Result<u64> {
    let head = std::fs::read_to_string(path)?;
    let width = head
        .lines()
        .next()
        .map_or(0, |line| line.split(',').count());
    let columns: Vec<String> = columns
        .iter()
        .take(width)
        .map(|name| format!("{name} text"))
        .collect();
    let make = format!("CREATE TABLE public.bare_{at} ({})", columns.join(", "));
    sqlx::raw_sql(AssertSqlSafe(make))
        .execute(&mut *session)
        .await?;
    let copy = format!("COPY public.bare_{at} FROM STDIN (FORMAT csv, HEADER)");
    let mut copy = session.copy_in_raw(&copy).await?;
    for piece in head.as_bytes().chunks(1 << 20) {
        copy.send(piece).await?;
    }
    Ok(copy.finish().await?)
}

/// What the import keeps of each finding, as it stands in the database.
async fn copy_findings(session: &mut PgConnection) -> Result<(f64, u64)> {
    let all = "SELECT format(E'%s\\t%s\\t%s\\t%s\\t%s\\n', point, code, side, proposal,
        replace(evidence::text, '\\', '\\\\')) FROM loket.wash_findings";
    let lines: Vec<String> = sqlx::query_scalar(all).fetch_all(&mut *session).await?;
    let make = "CREATE TABLE public.bare (point text, code text, side text, proposal text, evidence jsonb)";
    sqlx::raw_sql(make).execute(&mut *session).await?;
    let text = lines.concat();
    let began = monotonic();
    let mut copy = session.copy_in_raw("COPY public.bare FROM STDIN").await?;
    for piece in text.as_bytes().chunks(1 << 20) {
        copy.send(piece).await?;
    }
    let rows = copy.finish().await?;
    Ok((seconds(monotonic().duration_since(began)), rows))
}

fn say(points: usize, rounds: &[Round]) -> Result<()> {
    let middle = |of: &dyn Fn(&Round) -> f64| {
        let mut all: Vec<f64> = rounds.iter().map(of).collect();
        all.sort_by(f64::total_cmp);
        let ends = (all.first().copied(), all.last().copied());
        let (Some(least), Some(most)) = ends else {
            return Err(eyre!("no rounds"));
        };
        Ok((all[all.len() / 2], least, most))
    };
    let (import, ..) = middle(&|round| round.import)?;
    let (files, ..) = middle(&|round| round.files)?;
    let (findings, ..) = middle(&|round| round.findings)?;
    let (all, all_least, all_most) = middle(&|round| round.import / round.files)?;
    let (each, each_least, each_most) = middle(&|round| round.import / round.findings)?;
    let (rows, found, opened) = rounds
        .first()
        .map_or((0, 0, 0), |round| (round.rows, round.found, round.opened));
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    let (rows_f, found_f) = (rows as f64, found as f64);
    print_line(&format!(
        "{points:>8} {rows:>9} {found:>9} {opened:>7} {import:>9.2} {:>7.0} {files:>7.2}  \
         {all:.1} ({all_least:.1}-{all_most:.1}) {:>14.0} {findings:>16.2}  \
         {each:.1} ({each_least:.1}-{each_most:.1}) {:>12.0}",
        rows_f / import,
        found_f / import,
        highest_memory()?,
    ));
    Ok(())
}

fn seconds(took: Duration) -> f64 {
    took.as_secs_f64()
}

/// Below the target folder, unless the checkout is closed to the account that root drops to.
fn home() -> Result<PathBuf> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let accounts = Accounts::discover(None)?;
    if closed_ancestor(target, &accounts.server).is_none() {
        return Ok(target.join("wash"));
    }
    Ok(std::env::temp_dir().join("loket-wash-bench"))
}
