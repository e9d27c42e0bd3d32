//! A request for a meter on the telephone: the real program on a real terminal and in a pipe, with a
//! real PostgreSQL. What other systems say is applied by the test.

use chrono::{DateTime, TimeDelta, TimeZone as _, Utc};
use loket::process::engine::{Actor, Answers, step};
use loket::store::StoreError;
use loket::store::admin::AgentRow;
use loket::store::case::Target;
use loket::store::register::MeterRecord;
use loket::store::rows::CaseId;
use loket::store::slots::{AreaRange, SlotRecord};
use loket::text::Texts;
use uuid::Uuid;

use crate::process_world::answers;
use crate::support::db::SUPERUSER;
use crate::support::keys::{ENTER, Walker, office};
use crate::support::shell::Shell;
use crate::support::world::{GRID, World, ean};

/// Before the review.
pub(crate) const REVIEW: &str = "\u{13}";

/// Wednesday after the Tuesday of the office.
fn at(hour: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 6, 3, hour, 0, 0).unwrap()
}

/// An office in which anna and bram work on meters; the first two meters are not smart, and times are
/// planned with that room.
pub(crate) async fn metering(capacity: i32) -> World {
    let world = office().await;
    for role in ["anna", "bram"] {
        let agent = AgentRow {
            db_role: role.into(),
            name: role[..1].to_uppercase() + &role[1..],
            role: "agent".into(),
            queues: vec!["metering".into()],
            disabled_at: None,
            firm: None,
        };
        world.db.store(SUPERUSER).agent_add(&agent).await.unwrap();
    }
    let meters = [1, 3].map(|n| MeterRecord {
        meter_number: format!("E{n:09}"),
        ean: ean(n),
        technical_number: None,
        meter_type: "conventional".into(),
        smart_admin: None,
        feed_in_suitable: Some(false),
        smart_feasible: Some(true),
        gsa_order: None,
    });
    world.admin.import_meters(&meters).await.unwrap();
    world
        .admin
        .own_operators_set(&[GRID.to_owned()])
        .await
        .unwrap();
    let range = AreaRange {
        country: "NL".into(),
        area: "DB".into(),
        first: "5200".into(),
        last: "5299".into(),
    };
    world.admin.areas_put(&[range]).await.unwrap();
    let slots = [7, 9, 11].map(|hour| SlotRecord {
        area: "DB".into(),
        starts_at: at(hour),
        minutes: 60,
        capacity: if hour == 7 { capacity } else { 1 },
    });
    world.admin.slots_put(&slots).await.unwrap();
    world
}

/// What another system says.
async fn told(world: &World, case: CaseId, action: &str, given: &[(&str, &str)]) {
    let store = world.db.store("worker_1");
    let given: Answers = answers(given);
    // a console may change the case in the same moment
    loop {
        let detail = world.admin.case_detail(case).await.unwrap();
        let context = world.context(Actor::System).await;
        let change = step(&detail.facts, action, &given, &context).unwrap();
        let target = Target {
            case_id: case,
            fence: None,
            version: detail.row.version,
        };
        let applied = store.case_apply(Uuid::now_v7(), None, target, &change);
        match applied.await {
            Err(StoreError::Stale) => {}
            applied => {
                applied.unwrap();
                return;
            }
        }
    }
}

/// A person who counts keys.
pub(crate) struct Fingers<'a> {
    pub(crate) walker: Walker<'a>,
    pub(crate) keys: usize,
}

impl<'a> Fingers<'a> {
    pub(crate) fn sit_down(world: &'a World, role: &str) -> Self {
        Self {
            walker: Walker::sit_down(world, role),
            keys: 0,
        }
    }

    /// Presses when the screen says that.
    pub(crate) fn press(&mut self, seen: &str, keys: &[&str]) {
        self.walker.screen.wait(seen);
        for key in keys {
            self.keys += key.chars().count();
            self.walker.screen.press(key);
        }
    }

    /// The review is asked for, and what it says is written.
    pub(crate) fn write(&mut self) {
        self.press("step 1 of 2", &[REVIEW]);
        self.press("step 2 of 2", &[ENTER]);
    }

    /// From the opening to the check: customer, contact details, address, meter.
    async fn up_to_check(&mut self, customer: &str, meter: &str) -> CaseId {
        self.up_to_address(customer);
        self.press(meter, &[]);
        self.write();
        self.press("Choose the meter", &[]);
        self.press("(*) E", &[]);
        self.write();
        self.press("Now: being checked", &[]);
        self.find_check().await
    }

    /// From the opening to the search of the address.
    pub(crate) fn up_to_address(&mut self, customer: &str) {
        self.press("live", &["o"]);
        self.press("Open a new case", &["1"]);
        self.press("step 1 of 2", &[customer]);
        // the calendars are read, and so it can be said what will happen
        self.press("What will happen", &[REVIEW]);
        self.press("step 2 of 2", &[ENTER]);
        self.press("Contact details are right", &["1"]);
        self.write();
        self.press("Search the address", &[]);
    }

    /// The case that is being checked by now.
    pub(crate) async fn find_check(&mut self) -> CaseId {
        let all: Vec<CaseId> = (1..=4).map(CaseId).collect();
        let rows = self.walker.world.admin.rows(&all).await.unwrap();
        let row = rows.iter().rfind(|row| row.state == "checking");
        self.walker.case = row.unwrap().case_id;
        self.walker.case
    }

    /// From the check to the time: the form of the flavour lies open by itself.
    async fn up_to_time(&mut self) {
        let given = [("check_outcome", "ok"), ("check_source", "register")];
        told(self.walker.world, self.walker.case, "check_result", &given).await;
        self.press("Choose how it is read", &["3"]);
        self.write();
        self.press("[09:00]", &[]);
    }
}

/// PRIO-01 to PRIO-34: a request from the first key to the order, on the telephone. Keys that were
/// pressed: 2 to open, 11 for the customer (9 of them a reference), 3 for the contact details, 2 for
/// the address, 2 for the meter, 3 for the flavour, 8 for the time and what was agreed (5 of them
/// text): 31 in all, 17 of them commands. The steps follow each other by themselves.
#[tokio::test(flavor = "multi_thread")]
async fn prio_11_a_whole_request_takes_31_keys() {
    let world = metering(1).await;
    let mut anna = Fingers::sit_down(&world, "anna");
    let case = anna.up_to_check("NL0000001", "E000000001").await;
    anna.up_to_time().await;
    anna.press("[09:00]", &["\t", "fine."]);
    anna.press("fine.", &[]);
    anna.write();
    anna.press("Now: waiting for the payment", &[]);
    assert_eq!(anna.keys, 31);
    let made = [("payment_id", "pay-1"), ("amount", "EUR 72.60")];
    told(&world, case, "payment_created", &made).await;
    let paid = [("payment_id", "pay-1"), ("paid_amount", "EUR 72.60")];
    told(&world, case, "payment_paid", &paid).await;
    anna.press("[x] payment", &[]);
    anna.press("confirmed, order sent", &[]);
    told(&world, case, "domain_ack", &[]).await;
    told(&world, case, "gsa_ack", &[]).await;
    anna.press("with the technician", &[]);
    told(&world, case, "gsa_done", &[]).await;
    anna.press("closed: meter placed", &[]);
    let detail = world.admin.case_detail(case).await.unwrap();
    assert!(detail.slot.is_some_and(|slot| slot.starts_at == at(7)));
    Shell::of(&world.db.url("admin_1")).ok("db verify");
}

/// PRIO-30: two agents on the last time: one has it, the other is told and chooses another one in the
/// same form.
#[tokio::test(flavor = "multi_thread")]
async fn prio_30_two_agents_on_the_last_time() {
    let world = metering(1).await;
    let mut anna = Fingers::sit_down(&world, "anna");
    let first = anna.up_to_check("NL0000001", "E000000001").await;
    anna.up_to_time().await;
    let mut bram = Fingers::sit_down(&world, "bram");
    let second = bram.up_to_check("NL0000003", "E000000003").await;
    assert_ne!(first, second);
    bram.up_to_time().await;
    for one in [&mut anna, &mut bram] {
        one.press("[09:00]", &["\t", "fine."]);
        one.press("fine.", &[REVIEW]);
        one.press("step 2 of 2", &[]);
    }
    anna.press("", &[ENTER]);
    anna.press("Now: waiting for the payment", &[]);
    bram.press("", &[ENTER]);
    bram.press("is taken by now", &[]);
    bram.press("step 1 of 2", &[]);
    let screen = &bram.walker.screen;
    screen.wait_for("fresh times", |shown| !shown.contains("09:00"));
    bram.press("11:00", &["\u{1b}[B"]);
    bram.press("[11:00]", &[]);
    bram.write();
    bram.press("Now: waiting for the payment", &[]);
    for (case, hour) in [(first, 7), (second, 9)] {
        let detail = world.admin.case_detail(case).await.unwrap();
        assert_eq!(detail.slot.unwrap().starts_at, at(hour));
    }
    Shell::of(&world.db.url("admin_1")).ok("db verify");
}

/// PRIO-11: the same by lines, in which choices are numbers: 18 lines up to the check, six after it.
#[tokio::test(flavor = "multi_thread")]
async fn prio_11_a_whole_request_goes_by_lines() {
    let world = metering(1).await;
    let texts = Texts::load("en");
    let say = |key: &str| texts.say(key);
    let yes = say("plain.word.yes");
    let shell = Shell::of(&world.db.url("anna"));
    let run = |lines: &[&str]| {
        let said = shell.run_with("--plain --lang en", &(lines.join("\n") + "\n"));
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
        said.out
    };
    let open = say("command.open");
    let said = run(&[
        &open,
        "1",
        "NL0000001",
        &yes, // the customer
        "1",
        "",
        "",
        "",
        "",
        &yes, // the contact details
        "",
        "",
        "",
        &yes, // the address is proposed, its meters are found
        "",
        "",
        "",
        &yes, // the only meter is chosen, the customer lives there
    ]);
    let case = CaseId(1);
    let state = world.admin.rows(&[case]).await.unwrap()[0].state.clone();
    assert_eq!(state, "checking", "{said}");
    let given = [("check_outcome", "ok"), ("check_source", "register")];
    told(&world, case, "check_result", &given).await;
    let (act, flavour) = (say("command.act"), say("action.prio.flavour_chosen"));
    let said = run(&[&act, &flavour, "3", &yes, "2", "fine", ".", "", &yes]);
    let row = world.admin.rows(&[case]).await.unwrap().remove(0);
    assert_eq!(row.state, "awaiting_payment", "{said}");
    let detail = world.admin.case_detail(case).await.unwrap();
    assert_eq!(
        detail.slot.unwrap().starts_at,
        at(9),
        "the second of the list"
    );
    assert!(said.contains("3 ") && said.contains("13:00"), "{said}");
    let until = world.now().await + TimeDelta::minutes(15);
    assert!(detail.facts.clocks.iter().any(|run| run.due_at <= until));
    shell_verify(&world);
}

fn shell_verify(world: &World) {
    Shell::of(&world.db.url("admin_1")).ok("db verify");
}
