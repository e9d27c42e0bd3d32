//! Where scripted runs take place: a database with its registers, agents at their desks, two workers,
//! the systems outside, and start times with little room.

use std::collections::BTreeMap;
use std::fs::File;
use std::future::poll_fn;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::Poll;

use chrono::{DateTime, Duration, NaiveTime, Utc};
use fastrand::Rng;
use loket::domain::calendar::Calendars;
use loket::domain::house_number::HouseNumber;
use loket::exchange::import::Run as Import;
use loket::exchange::import::intake::Door;
use loket::exchange::import::report::Taken;
use loket::exchange::worker::{Done, Options, Worker};
use loket::store::Store;
use loket::store::admin::AgentRow;
use loket::store::register::MeterRecord;
use loket::store::rows::{CaseId, Session};
use loket::store::session::SessionKind;
use loket::store::slots::{AreaRange, SlotRecord};
use loket::text::Texts;
use serde_json::{Value as Json, json};
use sqlx::PgPool;
use uuid::Uuid;

use super::outside::{Houses, Systems};
use crate::exchange_world::{folder, options};
use crate::store::installers::sweden;
use crate::support::db::{SUPERUSER, TestDb};
use crate::support::world::{GRID, World, ean};

/// Monday 2026-11-16, 09:00 in Amsterdam.
const MORNING: &str = "2026-11-16T08:00:00Z";
/// So many agents are at work.
const AGENTS: usize = 6;
const AREAS: [(&str, &str, &str); 3] = [
    ("A", "5000", "5299"),
    ("B", "5300", "5699"),
    ("C", "5700", "5999"),
];

/// Everything around the cases.
pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) pool: PgPool,
    pub(crate) systems: Systems,
    pub(crate) seats: Vec<Seat>,
    /// One installer of each company.
    pub(crate) installers: Vec<Seat>,
    pub(crate) workers: [Worker; 2],
    /// When workers crash.
    pub(crate) crashes: Option<Mutex<Rng>>,
    /// The lines that become cases.
    pub(crate) lines: Vec<Json>,
    places: Places,
    folder: PathBuf,
    number: AtomicI64,
}

/// The meters of an address, by postcode and house number.
type Places = BTreeMap<(String, String), Vec<Meter>>;

/// A meter and its connection.
#[derive(Debug, Clone, Default)]
pub(crate) struct Meter {
    pub(crate) ean: String,
    pub(crate) meter_no: String,
}

/// An agent at a desk.
pub(crate) struct Seat {
    pub(crate) store: Store,
    pub(crate) session: Session,
}

/// What the registers say of a meter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a finding of its own, and any of them may come together"
)]
pub(crate) struct Says {
    pub(crate) is_smart: bool,
    pub(crate) is_feasible: bool,
    pub(crate) feeds_in: bool,
    pub(crate) is_planned: bool,
    pub(crate) is_elsewhere: bool,
}

/// The folder with the large invented world, where it is.
pub(crate) fn shared() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?;
    Some(root.join("shared/data/world")).filter(|path| path.is_dir())
}

impl Stage {
    /// With the small world and the lines of the repository.
    pub(crate) async fn small(name: &str) -> Self {
        let world = sweden().await;
        let mut places = BTreeMap::new();
        let mut houses = BTreeMap::new();
        for n in 1..=40 {
            let letter = if n % 2 == 0 { "A" } else { "" };
            let house = format!("{n}{letter}");
            let meter = Meter {
                ean: ean(n),
                meter_no: format!("E{n:09}"),
            };
            let at = ("5226HP".to_owned(), n.to_string());
            houses.insert(at, vec![(meter.ean.clone(), letter.to_owned())]);
            places.insert(("5226HP".to_owned(), written(&house)), vec![meter]);
        }
        let text = include_str!("../../data/requests_small.jsonl");
        Self::on(name, world, text, (places, houses)).await
    }

    /// With the large world.
    pub(crate) async fn large(name: &str, from: &Path) -> Self {
        let db = TestDb::new().await;
        let world = World {
            admin: db.store("admin_1"),
            db,
            calendars: Calendars::builtin().unwrap(),
        };
        registers(&world.admin, from).await;
        let mut meters: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for mut row in rows(&from.join("meters.csv")) {
            let number = row.remove("meter_number").unwrap();
            meters.entry(row["ean"].clone()).or_default().push(number);
        }
        let mut places = Places::new();
        let mut houses: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for row in rows(&from.join("connections.csv")) {
            let (at, ean) = (row["postcode"].clone(), row["ean"].clone());
            let addition = format!("{}{}", row["house_letter"], row["house_suffix"]);
            let house = format!(
                "{} {} {}",
                row["house_number"], row["house_letter"], row["house_suffix"]
            );
            let known = houses.entry((at.clone(), row["house_number"].clone()));
            known.or_default().push((ean.clone(), addition));
            for meter_no in meters.remove(&ean).unwrap_or_default() {
                let ean = ean.clone();
                let known = places.entry((at.clone(), written(&house)));
                known.or_default().push(Meter { ean, meter_no });
            }
        }
        let text = std::fs::read_to_string(from.join("intake.jsonl")).unwrap();
        Self::on(name, world, &text, (places, houses)).await
    }

    async fn on(name: &str, world: World, text: &str, (places, houses): (Places, Houses)) -> Self {
        let admin = &world.admin;
        admin.clock_set(MORNING.parse().unwrap()).await.unwrap();
        admin.own_operators_set(&[GRID.to_owned()]).await.unwrap();
        let area = |(area, first, last): (&str, &str, &str)| AreaRange {
            country: "NL".into(),
            area: area.into(),
            first: first.into(),
            last: last.into(),
        };
        admin.areas_put(&AREAS.map(area)).await.unwrap();
        let folder = folder(name);
        let systems = Systems::start();
        systems.books().houses = houses;
        let lines = text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        let pool = world.db.pool(SUPERUSER, 3).await;
        Self {
            workers: [
                worker(&world, "worker_1", &systems, &folder).await,
                worker(&world, "worker_2", &systems, &folder).await,
            ],
            seats: seats(&world).await,
            installers: vec![sit(&world, "ingrid").await, sit(&world, "olof").await],
            crashes: None,
            lines: lines.collect(),
            pool,
            world,
            systems,
            places,
            folder,
            number: AtomicI64::new(0),
        }
    }

    /// The lines of that process that a case can be made of.
    pub(crate) fn requests(&self, process: &str) -> Vec<Json> {
        let lines = self.lines.iter();
        lines
            .filter(|line| line["process"] == process)
            .cloned()
            .collect()
    }

    /// The meter of that line, or one at its address.
    pub(crate) fn meter(&self, line: &Json) -> Option<Meter> {
        let house = house(line);
        let postcode = line["postcode"].as_str()?.to_owned();
        let meters = self.places.get(&(postcode, written(&house)))?;
        let named = meters
            .iter()
            .find(|meter| line["meter_number"] == *meter.meter_no);
        named.or(meters.first()).cloned()
    }

    /// The line becomes a case under another reference.
    pub(crate) async fn take_in(&self, door: &mut Door, line: &Json, reference: &str) -> CaseId {
        let mut line = line.clone();
        line["reference"] = reference.into();
        let taken = door.one(&line.to_string()).await.unwrap();
        let taken = taken.unwrap_or_else(|refused| panic!("{reference}: {refused:?}"));
        assert_eq!(taken.taken, Taken::New, "{reference}");
        taken.case_id
    }

    /// What the registers and the code book say from now on.
    pub(crate) async fn says(&self, meter: &Meter, says: Says) {
        let record = MeterRecord {
            meter_number: meter.meter_no.clone(),
            ean: meter.ean.clone(),
            technical_number: None,
            meter_type: if says.is_smart {
                "smart"
            } else {
                "conventional"
            }
            .into(),
            smart_admin: says.is_smart.then(|| "on".into()),
            feed_in_suitable: Some(says.feeds_in),
            smart_feasible: Some(says.is_feasible),
            gsa_order: says.is_planned.then(|| format!("GSA-{}", meter.meter_no)),
        };
        self.world.admin.import_meters(&[record]).await.unwrap();
        let mut books = self.systems.books();
        if says.is_elsewhere {
            books.elsewhere.insert(meter.ean.clone());
        } else {
            books.elsewhere.remove(&meter.ean);
        }
    }

    /// Start times of the next days with that room each.
    pub(crate) async fn plan_days(&self, capacity: i32) {
        let today = self.world.now().await.date_naive();
        let days = (2..10).map(|days| today + Duration::days(days));
        let mut records = Vec::new();
        for day in days {
            for hour in [8, 10, 12, 14] {
                let starts_at = day.and_time(NaiveTime::from_hms_opt(hour, 0, 0).unwrap());
                records.extend(AREAS.map(|(area, ..)| SlotRecord {
                    area: area.into(),
                    starts_at: starts_at.and_utc(),
                    minutes: 60,
                    capacity,
                }));
            }
        }
        self.world.admin.slots_put(&records).await.unwrap();
    }

    /// Whether workers crash here.
    pub(crate) fn is_crashing(&self) -> bool {
        self.crashes.is_some()
    }

    /// Both workers do what is due, or crash half-way.
    pub(crate) async fn works(&self) -> Done {
        let [one, two] = &self.workers;
        let (one, two) = tokio::join!(
            crashed_after(self.polls(), one.once()),
            crashed_after(self.polls(), two.once())
        );
        // what a worker was at when it crashed is there to be done again
        let again = || {
            Ok(Done {
                again: 1,
                ..Done::default()
            })
        };
        let (one, two) = (one.unwrap_or_else(again), two.unwrap_or_else(again));
        let (one, two) = (one.unwrap(), two.unwrap());
        Done {
            timers: one.timers + two.timers,
            sent: one.sent + two.sent,
            again: one.again + two.again,
            dead: one.dead + two.dead,
            swept: one.swept + two.swept,
        }
    }

    /// How far a worker gets this time; every other one to its end.
    fn polls(&self) -> usize {
        let Some(crashes) = &self.crashes else {
            return usize::MAX;
        };
        let mut rng = crashes.lock().unwrap();
        if rng.bool() {
            usize::MAX
        } else {
            rng.usize(1..120)
        }
    }

    /// As if the waits of messages and payments were over.
    pub(crate) async fn later(&self) {
        let sql = "UPDATE loket.payments SET poll_at = clock_timestamp()
                WHERE NOT told OR status IN ('open', 'pending', 'authorized');
            UPDATE loket.refunds SET poll_at = clock_timestamp() WHERE status IN ('new', 'pending');
            UPDATE loket.outbox SET not_before = clock_timestamp(), locked_until = NULL
                WHERE dead_at IS NULL";
        sqlx::raw_sql(sql).execute(&self.pool).await.unwrap();
    }

    /// Whoever was given an order says that of it.
    pub(crate) async fn acknowledge(&self, case_no: &str, said: (&str, &str, &str)) {
        let (kind, status, reason) = said;
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let at: DateTime<Utc> = self.world.now().await + Duration::milliseconds(number);
        let told = json!({"case_no": case_no, "kind": kind, "reference": format!("WO-{case_no}"),
            "status": status, "reason": reason, "at": at.to_rfc3339()});
        let incoming = self.folder.join("incoming");
        std::fs::create_dir_all(&incoming).unwrap();
        let name = format!("{}.json", Uuid::now_v7());
        std::fs::write(incoming.join(name), told.to_string()).unwrap();
    }

    /// Lines of the database, for a person.
    pub(crate) async fn list(&self, sql: &'static str) -> Vec<String> {
        sqlx::query_scalar(sql).fetch_all(&self.pool).await.unwrap()
    }
}

/// The work, dropped where it stands when it was polled so often: between an effect outside and the
/// answer, between the answer and the database.
async fn crashed_after<F: Future>(polls: usize, work: F) -> Option<F::Output> {
    let mut work = Box::pin(work);
    let mut left = polls;
    poll_fn(move |context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        work.as_mut().poll(context).map(Some)
    })
    .await
}

/// The house number of a line as people write it.
pub(crate) fn house(line: &Json) -> String {
    let part = |key: &str| match &line[key] {
        Json::Number(number) => number.to_string(),
        other => other.as_str().unwrap_or_default().to_owned(),
    };
    format!(
        "{} {} {}",
        part("house_number"),
        part("house_letter"),
        part("house_suffix")
    )
}

/// In its one spelling.
fn written(house: &str) -> String {
    HouseNumber::parse(house).unwrap().to_string()
}

async fn worker(world: &World, role: &str, systems: &Systems, folder: &Path) -> Worker {
    let options = Options {
        delivery: systems.delivery(),
        outside: systems.outside(&folder.join("incoming")),
        ..options(folder)
    };
    Worker::open(world.db.store(role), options).await.unwrap()
}

async fn seats(world: &World) -> Vec<Seat> {
    let mut seats = Vec::new();
    for number in 0..AGENTS {
        let role = format!("agent_{number:02}");
        let agent = AgentRow {
            db_role: role.clone(),
            name: role.clone(),
            role: "agent".into(),
            queues: vec!["metering".into(), "installation".into()],
            firm: None,
            disabled_at: None,
        };
        world.db.store(SUPERUSER).agent_add(&agent).await.unwrap();
        seats.push(sit(world, &role).await);
    }
    seats
}

/// Somebody with a session that lives as long as the test.
async fn sit(world: &World, role: &str) -> Seat {
    let store = world.db.store(role);
    let session = store.session_open(Uuid::new_v4(), "script", SessionKind::Detached);
    let session = session.await.unwrap();
    Seat { store, session }
}

/// The registers of the large world.
async fn registers(store: &Store, folder: &Path) {
    let texts = Texts::load("en");
    let mut run = Import::new(false, &texts);
    macro_rules! read {
        ($file:literal, $call:ident) => {{
            let input = BufReader::new(File::open(folder.join($file)).unwrap());
            let sink = async |batch: Vec<_>| store.$call(&batch).await;
            let done = run.register(($file, input), sink, &mut |_, _| {}).await;
            done.unwrap();
        }};
    }
    read!("parties.csv", import_parties);
    read!("connections.csv", import_connections);
    read!("meters.csv", import_meters);
    read!("customers.csv", import_customers);
    read!("contracts.csv", import_contracts);
    assert!(
        run.report.is_complete(),
        "{:#?}",
        run.report.refused.first()
    );
}

/// A register as it is written, by the names of its columns.
fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let rows = reader.deserialize();
    rows.map(|row| row.unwrap()).collect()
}
