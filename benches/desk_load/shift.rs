//! Half a shift of requests for smart meters, in as many seconds as a load run has: simulated agents
//! on the telephone, start times that run out, customers who pay, fail, give up or forget. What must
//! not happen is counted in the database afterwards: a start time with more cases than technicians, a
//! customer who paid twice.

use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Days, Utc};
use color_eyre::Result;
use color_eyre::eyre::eyre;
use loket::exchange::colleague::{self, Manner, Tally};
use loket::exchange::import::Run;
use loket::exchange::import::intake::Door;
use loket::exchange::outbox::Delivery;
use loket::exchange::outbox::settings::Settings;
use loket::exchange::payment::practice::{Practice, Told};
use loket::exchange::worker::outside::Outside;
use loket::exchange::worker::{Options as WorkerOptions, Worker};
use loket::exchange::world::{OWN_GLN, Registers, World, play};
use loket::local_postgres::SUPERUSER;
use loket::store::Store;
use loket::store::admin::AgentRow;
use loket::store::slots::{AreaRange, SlotRecord};
use loket::system;
use loket::text::Texts;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::agent::Agent;
use super::database::Database;
use super::measure::{Times, timed};
use super::report::{Table, say};
use super::server::{self, Bench, WORKER};

/// Requests in four hours, 180 an hour.
const INTAKES: usize = 720;
/// Start times a day, technicians at each, days: room for a third of the requests.
const STARTS: u32 = 8;
const TECHNICIANS: i32 = 3;
const DAYS: u64 = 10;
/// The agent who only measures.
const PROBE: usize = 499;

/// What the database says afterwards.
struct Found {
    capacity: i64,
    taken: i64,
    overbooked: i64,
    paid_twice: i64,
    payments: i64,
    states: Vec<(String, i64)>,
    differences: usize,
}

#[derive(Default)]
struct Probed {
    claims: Times,
    pages: Times,
    weeks: Times,
}

pub(crate) async fn measure(bench: &Bench) -> Result<Vec<Table>> {
    let agents = bench.options.sessions.iter().copied().max().unwrap_or(50);
    let agents = agents.min(PROBE);
    let database = bench.empty("shift").await?;
    say("registers, areas, start times");
    let (admin, registers) = set_up(&database, agents).await?;
    let folder = std::env::temp_dir().join(format!("loket-shift-{}", std::process::id()));
    let (tally, probed) =
        half_a_shift(bench, &database, (&admin, &registers), agents, &folder).await?;
    say("what is in the database");
    let found = look(&database, &admin).await?;
    admin.close().await;
    bench.drop(database).await?;
    std::fs::remove_dir_all(&folder)?;
    Ok(vec![tables(bench, agents, (&tally, &probed), &found)])
}

fn agent(role: &str, as_what: &str) -> AgentRow {
    AgentRow {
        db_role: role.to_owned(),
        name: role.to_owned(),
        role: as_what.to_owned(),
        queues: vec!["metering".to_owned()],
        firm: None,
        disabled_at: None,
    }
}

async fn set_up(database: &Database<'_>, agents: usize) -> Result<(Store, Registers)> {
    let admin = database.store(SUPERUSER);
    admin.agent_add(&agent(SUPERUSER, "admin")).await?;
    admin.agent_add(&agent(WORKER, "worker")).await?;
    for number in (0..agents).chain([PROBE]) {
        let row = agent(&server::agent(number), "agent");
        admin.agent_add(&row).await?;
    }
    let now = system::now();
    let mut registers = World::new(1, now.date_naive()).registers;
    // everybody has the old meter, and it can be exchanged
    for meter in &mut registers.meters {
        meter.meter_type = "conventional".into();
        meter.smart_admin = None;
        meter.smart_feasible = Some(true);
        meter.gsa_order = None;
    }
    play::fill(&admin, &registers).await?;
    admin.own_operators_set(&[OWN_GLN.to_owned()]).await?;
    admin
        .areas_put(&[AreaRange {
            country: "NL".into(),
            area: "ALL".into(),
            first: "10".into(),
            last: "99".into(),
        }])
        .await?;
    admin.slots_put(&starts(now)).await?;
    Ok((admin, registers))
}

fn starts(now: DateTime<Utc>) -> Vec<SlotRecord> {
    let first = now.date_naive().and_hms_opt(7, 0, 0).unwrap_or_default();
    let each = (1..=DAYS).flat_map(|day| (0..STARTS).map(move |hour| (day, hour)));
    each.map(|(day, hour)| SlotRecord {
        area: "ALL".into(),
        starts_at: (first + Days::new(day)).and_utc() + chrono::TimeDelta::hours(i64::from(hour)),
        minutes: 60,
        capacity: TECHNICIANS,
    })
    .collect()
}

async fn half_a_shift(
    bench: &Bench,
    database: &Database<'_>,
    (admin, registers): (&Store, &Registers),
    agents: usize,
    folder: &Path,
) -> Result<(Tally, Probed)> {
    let (tell, stop) = watch::channel(false);
    let payments = folder.join("payments");
    let worker = worker(database, folder).await?;
    let worker = tokio::spawn({
        let stop = stop.clone();
        async move { worker.run(stop).await }
    });
    let mut people = JoinSet::new();
    for number in 0..agents {
        let manner = Manner {
            think_min: Duration::from_millis(200),
            think_max: Duration::from_secs_f64(bench.options.think.clamp(0.5, 6.0)),
            hand_over_percent: 1,
            note_percent: 5,
            waiting_percent: 90,
            seed: u64::try_from(number)?,
        };
        let store = database.store(&server::agent(number));
        people.spawn(colleague::work(store, manner, stop.clone()));
    }
    let customers = tokio::spawn(pay(admin.clone(), Practice::new(&payments), stop.clone()));
    let calendars = std::sync::Arc::new(Database::calendars()?);
    let probe = Agent::come_in(database, PROBE, &calendars).await?;
    let ean = registers.connections[0].ean.clone();
    let probe = tokio::spawn(watch_it(probe, ean, stop.clone()));
    say(&format!("{INTAKES} requests to {agents} agents"));
    intake(bench, admin, registers).await?;
    tell.send_replace(true);
    let mut all = Tally::default();
    while let Some(one) = people.join_next().await {
        let one = one??;
        all.taken += one.taken;
        all.actions += one.actions;
        all.refused += one.refused;
        all.slots_taken += one.slots_taken;
    }
    customers.await??;
    let probed = probe.await?;
    worker.await??;
    Ok((all, probed))
}

async fn worker(database: &Database<'_>, folder: &Path) -> Result<Worker> {
    let outbox = folder.join("outbox");
    std::fs::create_dir_all(&outbox)?;
    let options = WorkerOptions {
        delivery: Delivery::Directory(outbox),
        settings: Settings::default(),
        chain_heads: None,
        practice: true,
        outside: Outside::practice(&folder.join("payments"), &folder.join("incoming")),
    };
    Ok(Worker::open(database.store(WORKER), options).await?)
}

/// Requests come in evenly over the run; then the agents have a fifth of it to finish.
async fn intake(bench: &Bench, admin: &Store, registers: &Registers) -> Result<()> {
    let texts = Texts::load("en");
    let mut door = Door::open(admin).await?;
    let mut run = Run::new(false, &texts);
    #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
    let pause = Duration::from_secs(bench.options.seconds).div_f64(INTAKES as f64);
    let began = system::monotonic();
    for (number, due) in (0..INTAKES).zip(1_u32..) {
        let place = number % registers.connections.len();
        let line = line(registers, place, number)?;
        run.cases(("shift", line.as_bytes()), &mut door, &mut |_, _| {})
            .await?;
        tokio::time::sleep((pause * due).saturating_sub(began.elapsed())).await;
    }
    if let Some(refused) = run.report.refused.first() {
        return Err(eyre!("a request was refused: {refused:?}"));
    }
    tokio::time::sleep(Duration::from_secs(bench.options.seconds / 5)).await;
    Ok(())
}

fn line(registers: &Registers, place: usize, number: usize) -> Result<String> {
    let connection = &registers.connections[place];
    let line = serde_json::json!({
        "process": "prio",
        "received_at": system::now().to_rfc3339(),
        "reference": format!("SHIFT-{number}"),
        "customer_ref": registers.customers[place].customer_ref,
        "step": "meter",
        "declares_authorised": true,
        "postcode": connection.postcode,
        "house_number": connection.house_number,
        "house_letter": connection.house_letter,
        "house_suffix": connection.house_suffix,
        "meter_number": registers.meters[place].meter_number,
    });
    Ok(serde_json::to_string(&line)?)
}

/// Customers: most pay, some are refused by the bank, some give up, some forget, some pay late.
async fn pay(store: Store, practice: Practice, mut stop: watch::Receiver<bool>) -> Result<()> {
    let mut dice = fastrand::Rng::with_seed(7);
    while !*stop.borrow() {
        let now = store.legal_now().await?;
        let all = practice.all(now).map_err(|trouble| eyre!("{trouble:?}"))?;
        for open in all.iter().filter(|payment| !payment.status.is_final()) {
            let told = match dice.u8(..100) {
                0..40 => Told::Paid,
                40..46 => Told::Failed,
                46..49 => Told::Canceled,
                49..52 => Told::Expired,
                // thinks about it
                _ => continue,
            };
            // a payment that was cancelled in the same moment
            let _ = practice.tell(&open.id, told, now);
        }
        let _ = tokio::time::timeout(Duration::from_millis(500), stop.changed()).await;
    }
    Ok(())
}

/// What an agent waits for while all this goes on.
async fn watch_it(agent: Agent, ean: String, mut stop: watch::Receiver<bool>) -> Probed {
    let mut probed = Probed::default();
    while !*stop.borrow() {
        let from = system::now().date_naive();
        let (time, week) = timed(agent.store.slots_free(None, &ean, from, 7)).await;
        if week.is_ok() {
            probed.weeks.add(time);
        }
        let (time, page) = timed(agent.reread()).await;
        if page.is_ok() {
            probed.pages.add(time);
        }
        let (time, lease) = agent.next().await;
        if let Ok(Some(lease)) = lease {
            probed.claims.add(time);
            let _ = agent.skip(lease).await;
        }
        let _ = tokio::time::timeout(Duration::from_millis(300), stop.changed()).await;
    }
    agent.leave().await;
    probed
}

async fn look(database: &Database<'_>, admin: &Store) -> Result<Found> {
    let pool = database.pool(1).await?;
    let states = "SELECT state, count(*) FROM loket.cases GROUP BY state ORDER BY count(*) DESC";
    let states = sqlx::query_as(states).fetch_all(&pool).await?;
    pool.close().await;
    let calendars = Database::calendars()?;
    let verified = admin.verify(&calendars, |_| ()).await?;
    for difference in verified.differences.iter().take(5) {
        say(&format!("{difference:?}"));
    }
    Ok(Found {
        capacity: database
            .ask("SELECT sum(capacity)::bigint FROM loket.slots")
            .await?,
        taken: database
            .ask("SELECT sum(taken)::bigint FROM loket.slots")
            .await?,
        overbooked: database
            .ask(
                "SELECT count(*) FROM loket.slots s WHERE greatest(s.taken, \
                 (SELECT count(*) FROM loket.slot_holds h WHERE h.slot_id = s.slot_id)) > s.capacity",
            )
            .await?,
        paid_twice: database
            .ask(
                "SELECT count(*) FROM (SELECT p.case_id FROM loket.payments p WHERE p.status = 'paid' \
                 AND NOT EXISTS (SELECT 1 FROM loket.refunds r WHERE r.payment_id = p.payment_id) \
                 GROUP BY p.case_id HAVING count(*) > 1) twice",
            )
            .await?,
        payments: database.ask("SELECT count(*) FROM loket.payments").await?,
        states,
        differences: verified.differences.len(),
    })
}

fn tables(
    bench: &Bench,
    agents: usize,
    (tally, probed): (&Tally, &Probed),
    found: &Found,
) -> Table {
    let mut table = Table::new(
        "Half a shift of requests for smart meters",
        &["what", "figure"],
    );
    let mut row = |what: &str, figure: String| table.row([what.to_owned(), figure]);
    row("agents at once", agents.to_string());
    row("requests", INTAKES.to_string());
    row(
        "cases taken / steps / refused steps",
        format!("{} / {} / {}", tally.taken, tally.actions, tally.refused),
    );
    row(
        "start times gone in the same moment",
        tally.slots_taken.to_string(),
    );
    row(
        "room in all start times / taken",
        format!("{} / {}", found.capacity, found.taken),
    );
    row(
        "start times with more cases than room",
        found.overbooked.to_string(),
    );
    row("payments", found.payments.to_string());
    row("customers who paid twice", found.paid_twice.to_string());
    row(
        "differences that verify finds",
        found.differences.to_string(),
    );
    row(
        "claim, ms (p50 / p95 / p99)",
        probed.claims.cells().join(" / "),
    );
    row("list, ms", probed.pages.cells().join(" / "));
    row("week of start times, ms", probed.weeks.cells().join(" / "));
    let states: Vec<String> = found
        .states
        .iter()
        .map(|(state, count)| format!("{count} {state}"))
        .collect();
    row("where the requests stand", states.join(", "));
    table.note(format!(
        "Four hours of requests in {} s; agents think up to {} s before each step.",
        bench.options.seconds,
        bench.options.think.clamp(0.5, 6.0)
    ));
    table
}
