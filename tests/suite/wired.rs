//! PRIO goes by itself: the worker asks the registers, the payment service and those who carry out
//! orders, and tells the case what they say. Here with practice payments and files that come in.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Duration, Utc};
use loket::exchange::outbox::Delivery;
use loket::exchange::outbox::smtp::Submission;
use loket::exchange::payment::practice::Told;
use loket::exchange::payment::{PaymentId, Practice};
use loket::exchange::worker::outside::Outside;
use loket::exchange::worker::{Options, Worker};
use loket::process::Process;
use loket::process::engine::Answer;
use loket::process::engine::{self, Actor, Answers};
use loket::process::field::Value;
use loket::process::prio::PRIO;
use loket::store::StoreError;
use loket::store::admin::AgentRow;
use loket::store::case::{Opening, Target};
use loket::store::payments::Payment;
use loket::store::register::MeterRecord;
use loket::store::rows::{Applied, CaseDetail, CaseId, Checkout, Opened, PaymentStatus};
use loket::store::slots::{AreaRange, SlotRecord};
use serde_json::{Value as Json, json};

use crate::exchange_world::{folder, options};
use crate::support::db::SUPERUSER;
use crate::support::http::{Reply, Server};
use crate::support::world::{GRID, World, answers, ean, free, word};

/// The small world with start times, a worker and the systems outside.
pub(crate) struct Wired {
    pub(crate) world: World,
    pub(crate) worker: Worker,
    /// Where everything else of the test is.
    pub(crate) folder: PathBuf,
    slots: Vec<(i64, DateTime<Utc>)>,
}

impl Wired {
    /// With practice payments and a directory for what comes in.
    pub(crate) async fn practising(name: &str) -> Self {
        let folder = folder(name);
        let outside = Outside::practice(&folder.join("payments"), &folder.join("incoming"));
        Self::with(folder, outside).await
    }

    pub(crate) async fn with(folder: PathBuf, outside: Outside) -> Self {
        let world = World::new().await;
        let own = [GRID.to_owned()];
        world.admin.own_operators_set(&own).await.unwrap();
        let meters: Vec<_> = (1..=20).map(conventional).collect();
        world.admin.import_meters(&meters).await.unwrap();
        let slots = slots(&world).await;
        let options = Options {
            outside,
            ..options(&folder.join("out"))
        };
        let worker = Worker::open(world.db.store("worker_1"), options).await;
        Self {
            worker: worker.unwrap(),
            world,
            folder,
            slots,
        }
    }

    /// A customer's own request that came as far as the meter: the checks are next.
    pub(crate) async fn request(&self, n: u32) -> CaseId {
        self.request_of(&PRIO, n).await
    }

    /// A customer's own request that searched that address: the meter is next.
    pub(crate) async fn searched(&self, postcode: &str, house: u32) -> CaseId {
        let house = house.to_string();
        let given = answers([
            ("customer_ref", word("NL0000001")),
            ("step", word("location")),
            ("phone", free("+31612345678")),
        ]);
        let case_id = self.opened(&PRIO, given).await;
        let address = answers([
            ("postcode", free(postcode)),
            ("house_number", free(&house)),
            ("meters_found", word("yes")),
        ]);
        self.step(case_id, "location_searched", &address).await;
        case_id
    }

    /// The same of another process.
    pub(crate) async fn request_of(&self, process: &'static Process, n: u32) -> CaseId {
        let given = answers([
            ("customer_ref", word(&format!("NL{n:07}"))),
            ("step", word("meter")),
            ("phone", free("+31612345678")),
            ("postcode", free("5226HP")),
            ("house_number", free(&n.to_string())),
            ("ean", word(&ean(n))),
            ("meter_no", word(&format!("E{n:09}"))),
        ]);
        self.opened(process, given).await
    }

    async fn opened(&self, process: &'static Process, given: Answers) -> CaseId {
        let context = self.world.context(Actor::System).await;
        let received = context.now - Duration::minutes(1);
        let change = engine::open(process, received, &given, &context).unwrap();
        let opening = Opening {
            cmd: context.command,
            session: None,
            change: &change,
            reference: None,
            answers: &given,
            calendars: &self.world.calendars,
        };
        match self.world.admin.case_open(&opening).await.unwrap() {
            Opened::New { case_id, .. } => case_id,
            other => panic!("{other:?}"),
        }
    }

    /// A step of the customer, taken in the portal.
    pub(crate) async fn step(&self, case_id: CaseId, action: &str, given: &Answers) {
        self.step_of(Actor::System, case_id, action, given).await;
    }

    /// A step of whoever needs no lease for it.
    pub(crate) async fn step_of(
        &self,
        actor: Actor,
        case_id: CaseId,
        action: &str,
        given: &Answers,
    ) {
        let applied = self.try_step_of(actor, case_id, action, given).await;
        applied.unwrap();
    }

    /// … which the database may refuse.
    pub(crate) async fn try_step_of(
        &self,
        actor: Actor,
        case_id: CaseId,
        action: &str,
        given: &Answers,
    ) -> Result<Applied, StoreError> {
        let detail = self.detail(case_id).await;
        let context = self.world.context(actor).await;
        let change = engine::step(&detail.facts, action, given, &context)
            .unwrap_or_else(|refusal| panic!("{action}: {refusal:?}"));
        let target = Target {
            case_id,
            fence: None,
            version: detail.row.version,
        };
        let admin = &self.world.admin;
        let applied = admin.case_apply(context.command, None, target, &change);
        applied.await
    }

    pub(crate) fn slot(&self, nth: usize) -> Answers {
        let (slot, start) = self.slots[nth];
        let mut given = Answers::new();
        given.insert("slot".into(), Answer::Value(Value::Number(slot)));
        given.insert("slot_start".into(), Answer::Value(Value::instant(start)));
        given
    }

    /// A request with a chosen time, and whatever the worker makes of it.
    pub(crate) async fn paying(&self, n: u32) -> CaseId {
        let case_id = self.request(n).await;
        self.works().await;
        assert_eq!(self.state(case_id).await, "choose_flavour");
        let flavour = answers([("flavour", word("smart_on"))]);
        self.step(case_id, "flavour_chosen", &flavour).await;
        self.step(case_id, "slot_chosen", &self.slot(0)).await;
        self.works().await;
        case_id
    }

    /// … and paid in practice.
    pub(crate) async fn confirmed(&self, n: u32) -> CaseId {
        let case_id = self.paying(n).await;
        self.pays(case_id, Told::Paid).await;
        self.works().await;
        assert_eq!(self.state(case_id).await, "confirmed");
        case_id
    }

    /// An agent takes the case and does that.
    pub(crate) async fn anna_does(&self, case_id: CaseId, action: &str, given: &Answers) {
        let anna = AgentRow {
            db_role: "anna".into(),
            name: "Anna".into(),
            role: "agent".into(),
            queues: vec!["metering".into()],
            firm: None,
            disabled_at: None,
        };
        let superuser = self.world.db.store(SUPERUSER);
        superuser.agent_add(&anna).await.unwrap();
        let desk = self.world.desk("anna").await;
        let lease = desk.take(case_id).await;
        let done = desk.act(case_id, Some(lease), action, given).await;
        done.unwrap();
        desk.store.session_close(desk.id()).await.unwrap();
    }

    /// From now on orders are acknowledged by the worker itself.
    pub(crate) async fn practises(&mut self) {
        let folder = &self.folder;
        let options = Options {
            practice: true,
            outside: Outside::practice(&folder.join("payments"), &folder.join("incoming")),
            ..options(&folder.join("out"))
        };
        let worker = Worker::open(self.world.db.store("worker_2"), options).await;
        self.worker = worker.unwrap();
    }

    /// From now on the supervisor is written to by that mail server.
    pub(crate) async fn mails_by(&mut self, submission: Submission) {
        let folder = &self.folder;
        let mut options = Options {
            outside: Outside::practice(&folder.join("payments"), &folder.join("incoming")),
            ..options(&folder.join("out"))
        };
        options.delivery = options.delivery.with_mail(submission);
        let lead = "lead@zuid.example".to_owned();
        options.settings.desks.insert("supervisor".to_owned(), lead);
        let worker = Worker::open(self.world.db.store("worker_1"), options).await;
        self.worker = worker.unwrap();
    }

    /// Paid, and whatever comes of it.
    pub(crate) async fn confirmed_by_itself(&self, n: u32) -> CaseId {
        let case_id = self.paying(n).await;
        self.pays(case_id, Told::Paid).await;
        self.works().await;
        case_id
    }

    /// … and acknowledged by both.
    pub(crate) async fn executing(&self, n: u32) -> CaseId {
        let case_id = self.confirmed(n).await;
        for kind in ["order_domain", "order_gsa"] {
            self.leave(case_id, kind, "created", json!({})).await;
        }
        self.works().await;
        assert_eq!(self.state(case_id).await, "in_execution");
        case_id
    }

    pub(crate) async fn works(&self) {
        self.worker.once().await.unwrap();
    }

    /// So often, with what waits being due each time.
    pub(crate) async fn works_later(&self, times: usize) {
        for _ in 0..times {
            self.later().await;
            self.works().await;
        }
    }

    /// Legal time goes on by so many minutes.
    pub(crate) async fn passes(&self, minutes: i64) {
        let later = self.world.now().await + Duration::minutes(minutes);
        self.world.admin.clock_set(later).await.unwrap();
    }

    pub(crate) async fn detail(&self, case_id: CaseId) -> CaseDetail {
        self.world.admin.case_detail(case_id).await.unwrap()
    }

    pub(crate) async fn state(&self, case_id: CaseId) -> String {
        self.detail(case_id).await.row.state
    }

    pub(crate) async fn fact(&self, case_id: CaseId, name: &str) -> Option<Value> {
        self.detail(case_id).await.facts.facts.get(name).cloned()
    }

    pub(crate) async fn payment(&self, case_id: CaseId) -> Payment {
        let last = self.world.admin.payment_last(case_id).await.unwrap();
        last.unwrap()
    }

    /// What the customer does in practice.
    pub(crate) async fn pays(&self, case_id: CaseId, told: Told) {
        let id = self.payment(case_id).await.provider_id.unwrap();
        let now = self.world.now().await;
        Practice::new(&self.folder.join("payments"))
            .tell(&PaymentId::parse(&id).unwrap(), told, now)
            .unwrap();
    }

    /// How often the case heard that.
    pub(crate) async fn times(&self, case_id: CaseId, action: &str) -> usize {
        let events = self.world.admin.timeline(case_id, None, 200).await.unwrap();
        events.iter().filter(|event| event.kind == action).count()
    }

    /// Leaves an acknowledgement as a file.
    pub(crate) async fn leave(&self, case_id: CaseId, kind: &str, status: &str, more: Json) {
        let case_no = self.detail(case_id).await.row.case_no;
        let mut told = json!({"case_no": case_no, "kind": kind, "reference": "WO-77",
            "status": status, "at": self.world.now().await});
        for (name, value) in more.as_object().unwrap() {
            told[name] = value.clone();
        }
        self.drop_file(&told);
    }

    pub(crate) fn drop_file(&self, told: &Json) {
        let incoming = self.folder.join("incoming");
        std::fs::create_dir_all(&incoming).unwrap();
        let name = format!("{}.json", uuid::Uuid::now_v7());
        std::fs::write(incoming.join(name), told.to_string()).unwrap();
    }

    /// Messages that left, of that kind.
    pub(crate) fn sent(&self, kind: &str) -> Vec<Json> {
        let Ok(entries) = std::fs::read_dir(self.folder.join("out")) else {
            return Vec::new();
        };
        let files = entries.map(|entry| entry.unwrap().path());
        let mut files: Vec<_> = files.filter(|path| is_kind(path, kind)).collect();
        files.sort();
        let read = |path: &PathBuf| std::fs::read(path).unwrap();
        files
            .iter()
            .map(|path| serde_json::from_slice(&read(path)).unwrap())
            .collect()
    }

    /// Messages of a case that have not left.
    pub(crate) async fn queued(&self, case_id: CaseId) -> Vec<String> {
        let messages = self.detail(case_id).await.messages;
        let queued = messages.into_iter().filter(|it| it.status == "queued");
        queued.map(|it| it.kind).collect()
    }

    /// What a question about the tables counts.
    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        let pool = self.world.db.pool(SUPERUSER, 1).await;
        sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap()
    }

    /// Replays every case.
    pub(crate) async fn is_sound(&self) {
        let auditor = self.world.db.store("auditor_1");
        let found = auditor.verify(&self.world.calendars, |_| {}).await.unwrap();
        assert_eq!(found.differences, []);
    }

    /// As if the waits of messages and payments were over.
    pub(crate) async fn later(&self) {
        let pool = self.world.db.pool(SUPERUSER, 1).await;
        let sql = "UPDATE loket.payments SET poll_at = clock_timestamp();
            UPDATE loket.refunds SET poll_at = clock_timestamp();
            UPDATE loket.outbox SET not_before = clock_timestamp(), locked_until = NULL";
        sqlx::raw_sql(sql).execute(&pool).await.unwrap();
    }
}

fn is_kind(path: &Path, kind: &str) -> bool {
    let name = path.file_name().unwrap().to_str().unwrap();
    name.split('.').nth(2) == Some(kind)
}

pub(crate) fn conventional(n: u32) -> MeterRecord {
    MeterRecord {
        meter_number: format!("E{n:09}"),
        ean: ean(n),
        technical_number: None,
        meter_type: "conventional".into(),
        smart_admin: None,
        feed_in_suitable: Some(false),
        smart_feasible: Some(n != 19),
        gsa_order: (n == 20).then(|| "GSA-20".into()),
    }
}

async fn slots(world: &World) -> Vec<(i64, DateTime<Utc>)> {
    let range = AreaRange {
        country: "NL".into(),
        area: "DB".into(),
        first: "5200".into(),
        last: "5299".into(),
    };
    world.admin.areas_put(&[range]).await.unwrap();
    let day = (world.now().await + Duration::days(10)).date_naive();
    let at = |hour| day.and_hms_opt(hour, 0, 0).unwrap().and_utc();
    let record = |hour| SlotRecord {
        area: "DB".into(),
        starts_at: at(hour),
        minutes: 60,
        capacity: 10,
    };
    world
        .admin
        .slots_put(&[record(8), record(9)])
        .await
        .unwrap();
    let rows = world.admin.slots_list(Some("DB"), at(0), at(23)).await;
    let rows = rows.unwrap();
    rows.iter()
        .map(|row| (row.slot_id, row.starts_at))
        .collect()
}

/// PRIO-07, PRIO-09, PRIO-13, PRIO-22, PRIO-34: from the meter to the end nobody at a desk does
/// anything.
#[tokio::test]
async fn prio_34_a_request_goes_by_itself_from_the_meter_to_its_end() {
    let wired = Wired::practising("wired-walk").await;
    let case_id = wired.paying(3).await;
    let outcome = wired.fact(case_id, "check_outcome").await.unwrap();
    assert!(outcome.is("ok"));
    assert!(wired.fact(case_id, "payment").await.unwrap().is("open"));
    assert!(wired.sent("order_gsa").is_empty(), "no order unpaid");
    wired.pays(case_id, Told::Paid).await;
    wired.works().await;
    assert_eq!(wired.state(case_id).await, "confirmed");
    wired
        .leave(case_id, "order_gsa", "created", json!({}))
        .await;
    wired.works().await;
    assert_eq!(wired.state(case_id).await, "confirmed", "one of two");
    wired
        .leave(case_id, "order_domain", "created", json!({}))
        .await;
    wired.works().await;
    assert_eq!(wired.state(case_id).await, "in_execution");
    wired
        .leave(case_id, "order_gsa", "on_site", json!({}))
        .await;
    wired.works().await;
    assert!(
        wired
            .fact(case_id, "gsa_state")
            .await
            .unwrap()
            .is("on_site")
    );
    wired.leave(case_id, "order_gsa", "done", json!({})).await;
    wired.works().await;
    assert_eq!(wired.state(case_id).await, "completed");
    assert_eq!(wired.sent("prio_confirmed").len(), 1);
    wired.is_sound().await;
}

/// PRIO-22, PRIO-24, PRIO-26: what the registers know decides.
#[tokio::test]
async fn prio_22_the_registers_end_what_cannot_be() {
    let wired = Wired::practising("wired-ends").await;
    let cases = [
        (19, "ended_not_feasible"),
        (20, "choose_pay_or_wait"),
        (30, "ended_already_smart"),
    ];
    for (n, state) in cases {
        let case_id = wired.request(n).await;
        wired.works().await;
        assert_eq!(wired.state(case_id).await, state, "meter {n}");
        let source = wired.fact(case_id, "check_source").await.unwrap();
        assert!(source.is("register"), "{source:?}");
    }
    let waits = wired.request(20).await;
    wired.works().await;
    let order = wired.fact(waits, "gsa_order").await.unwrap();
    assert_eq!(order.as_code(), Some("GSA-20"));
}

/// PRIO-15: a meter that nobody knows, or a grid that is not set, ends in the hands of a person and
/// never in a dead letter.
#[tokio::test]
async fn prio_15_what_cannot_be_checked_comes_to_a_person() {
    let wired = Wired::practising("wired-unknown").await;
    let pool = wired.world.db.pool(SUPERUSER, 1).await;
    let unset = "DELETE FROM loket.own_operators";
    sqlx::raw_sql(unset).execute(&pool).await.unwrap();
    let case_id = wired.request(1).await;
    for _ in 0..9 {
        wired.works().await;
        wired.later().await;
    }
    let detail = wired.detail(case_id).await;
    assert_eq!(detail.row.state, "checking");
    assert!(detail.facts.facts["check_task"].is("yes"), "{detail:?}");
    assert_eq!(wired.times(case_id, "check_failed").await, 3);
    let dead = wired.world.admin.outbox_dead(10).await.unwrap();
    assert_eq!(dead, []);
}

/// PRIO-31: failed, given up and expired payments give the time back; a link that was not used does
/// no harm.
#[tokio::test]
async fn prio_31_what_is_not_paid_gives_the_time_back() {
    let wired = Wired::practising("wired-unpaid").await;
    let cases = [
        (1, Told::Failed, "failed"),
        (2, Told::Canceled, "canceled"),
        (3, Told::Expired, "expired"),
    ];
    for (n, told, word) in cases {
        let case_id = wired.paying(n).await;
        assert!(wired.detail(case_id).await.slot.is_some());
        wired.pays(case_id, told).await;
        wired.works().await;
        let detail = wired.detail(case_id).await;
        assert_eq!(detail.row.state, "planning");
        assert!(detail.facts.facts["payment"].is(word), "{word}");
        assert!(detail.slot.is_none(), "{word}");
        wired.step(case_id, "slot_chosen", &wired.slot(1)).await;
        wired.works().await;
        wired.pays(case_id, Told::Paid).await;
        wired.works().await;
        assert_eq!(wired.state(case_id).await, "confirmed", "{word}");
    }
}

/// PRIO-31: the time is gone after a quarter of an hour and the payment canceled; who paid all the
/// same is not lost, and is given the money back when no other time suits.
#[tokio::test]
async fn prio_31_who_paid_when_the_time_was_gone_gets_another_or_the_money() {
    let wired = Wired::practising("wired-late").await;
    let gone = wired.paying(1).await;
    let late = wired.paying(2).await;
    wired.pays(late, Told::Paid).await;
    let now = wired.world.now().await;
    let later = now + Duration::minutes(16);
    wired.world.admin.clock_set(later).await.unwrap();
    wired.works().await;
    assert_eq!(wired.state(gone).await, "planning");
    assert!(!wired.payment(gone).await.status.is_live());
    assert_eq!(wired.state(late).await, "paid_needs_slot");
    assert!(wired.sent("order_gsa").is_empty());
    refund_by_an_agent(&wired, late).await;
    wired.works().await;
    assert_eq!(wired.state(late).await, "cancelled_refunded");
    let rows = wired.world.admin.payments_of(late).await.unwrap();
    let refund = rows[0].refund.as_ref().unwrap();
    assert_eq!(refund.amount, rows[0].amount);
    assert_eq!(refund.status.key(), "refunded");
}

async fn refund_by_an_agent(wired: &Wired, case_id: CaseId) {
    wired.anna_does(case_id, "refund", &Answers::new()).await;
}

/// PRIO-04, PRIO-31: an agent plans on the telephone and sends the link again; the old one takes no
/// money any more, the new one is in the letter and before the agent,
/// and where to pay is erased with the end of each.
#[tokio::test]
async fn prio_04_an_agent_sends_the_link_again() {
    let wired = Wired::practising("wired-again").await;
    let case_id = wired.request(1).await;
    wired.works().await;
    let flavour = answers([("flavour", word("smart_off"))]);
    wired.step(case_id, "flavour_chosen", &flavour).await;
    let mut slot = wired.slot(0);
    slot.insert("contact_note".into(), free("spoke: Tuesday suits"));
    wired.anna_does(case_id, "slot_chosen", &slot).await;
    wired.works().await;
    let first = wired.payment(case_id).await;
    wired
        .anna_does(case_id, "resend_payment_link", &Answers::new())
        .await;
    wired.works().await;
    wired.works().await;
    let second = wired.payment(case_id).await;
    assert_ne!(first.payment_id, second.payment_id);
    let rows = wired.world.admin.payments_of(case_id).await.unwrap();
    let ended: Vec<_> = rows.iter().map(|row| row.status).collect();
    assert_eq!(ended, [PaymentStatus::Open, PaymentStatus::Canceled]);
    assert_eq!(wired.state(case_id).await, "awaiting_payment");
    let letters = wired.sent("payment_link");
    let bodies: Vec<_> = letters.iter().map(|it| it["body"].to_string()).collect();
    assert_eq!(bodies.len(), 2, "{letters:?}");
    for (body, payment) in bodies.iter().zip([&first, &second]) {
        let link = payment.checkout_url.as_deref().unwrap();
        assert!(body.contains(link), "{body}");
    }
    let anna = wired.world.db.store("anna");
    let shown = anna.payments_of(case_id).await.unwrap();
    let shown: Vec<_> = shown.into_iter().map(|it| it.checkout).collect();
    assert_eq!(shown, [second.checkout_url.clone().map(Checkout), None]);
    let others = wired.world.admin.payments_of(case_id).await.unwrap();
    assert!(
        others.iter().all(|it| it.checkout.is_none()),
        "no business of theirs"
    );
    wired.pays(case_id, Told::Paid).await;
    wired.works().await;
    let kept = "SELECT count(*) FROM loket.payments WHERE checkout_url IS NOT NULL";
    assert_eq!(wired.count(kept).await, 0, "erased with their end");
    let told = "SELECT count(*) FROM loket.case_events WHERE body::text LIKE '%practice-payments%'";
    assert_eq!(wired.count(told).await, 0);
    assert_eq!(wired.state(case_id).await, "confirmed");
    wired.is_sound().await;
}

/// PRIO-07: an order that its system refuses for good: the case hears of it and a lead with it, and
/// the order is never sent as another one.
#[tokio::test]
async fn prio_07_an_order_that_nobody_takes_is_raised() {
    let mut wired = Wired::practising("wired-refused").await;
    let case_id = wired.paying(1).await;
    let server = Server::start(|_| Reply::new(400, json!({"error": "no such district"})));
    let options = Options {
        delivery: Delivery::parse(&server.base),
        outside: Outside::practice(
            &wired.folder.join("payments"),
            &wired.folder.join("incoming"),
        ),
        ..options(&wired.folder.join("out"))
    };
    let worker = Worker::open(wired.world.db.store("worker_2"), options).await;
    wired.worker = worker.unwrap();
    wired.pays(case_id, Told::Paid).await;
    wired.works().await;
    assert_eq!(wired.state(case_id).await, "confirmed");
    assert_eq!(wired.times(case_id, "delivery_failed").await, 2);
    let dead = wired.world.admin.outbox_dead(20).await.unwrap();
    let kinds: Vec<_> = dead.iter().map(|it| it.kind.as_str()).collect();
    assert!(kinds.contains(&"order_gsa") && kinds.contains(&"order_domain"));
}

/// PRIO-09, PRIO-24: a visit without success ends with the money back where it can never be, and
/// is planned anew, without a second payment, otherwise.
#[tokio::test]
async fn prio_09_a_visit_without_success_ends_or_is_planned_anew() {
    let wired = Wired::practising("wired-not-done").await;
    let never = wired.executing(1).await;
    let why = json!({"reason": "infeasible"});
    wired.leave(never, "order_gsa", "not_done", why).await;
    wired.works().await;
    assert_eq!(wired.state(never).await, "ended_not_feasible");
    let rows = wired.world.admin.payments_of(never).await.unwrap();
    assert_eq!(rows[0].refund.as_ref().unwrap().status.key(), "refunded");

    let again = wired.executing(2).await;
    for visit in [1, 2] {
        let why = json!({"reason": "hond los op het erf"});
        wired.leave(again, "order_gsa", "not_done", why).await;
        wired.works().await;
        assert_eq!(wired.state(again).await, "planning");
        let reason = wired.fact(again, "not_done_reason").await.unwrap();
        assert!(reason.is("other"));
        wired.step(again, "slot_chosen", &wired.slot(1)).await;
        wired.works().await;
        assert_eq!(wired.state(again).await, "confirmed");
        for kind in ["order_change_domain", "order_change_gsa"] {
            wired.leave(again, kind, "created", json!({})).await;
        }
        wired.works().await;
        assert_eq!(wired.state(again).await, "in_execution", "{visit}");
    }
    assert_eq!(wired.times(again, "payment_paid").await, 1);
    let mut keys = Vec::new();
    for sent in wired.sent("order_change_gsa") {
        keys.push(sent["command"]["key"].as_str().unwrap().to_owned());
    }
    wired.is_sound().await;
    keys.dedup();
    assert_eq!(keys.len(), 2, "each change has a key of its own: {keys:?}");
}

/// PRIO-07, PRIO-34, formats 5.9: each system gets the order once, with every agreed field.
#[tokio::test]
async fn prio_07_orders_have_all_fields_and_leave_once() {
    let wired = Wired::practising("wired-orders").await;
    let case_id = wired.confirmed(3).await;
    wired.works().await;
    let case_no = wired.detail(case_id).await.row.case_no;
    for kind in ["order_domain", "order_gsa"] {
        let sent = wired.sent(kind);
        assert_eq!(sent.len(), 1, "{kind}");
        let order = &sent[0]["command"];
        assert_eq!(order["order_id"], format!("{case_no}-1"));
        assert_eq!(order["key"], format!("{case_no}-1/{kind}"));
        assert_eq!(order["case"], case_no);
        assert_eq!(order["ean"], ean(3));
        assert_eq!(order["meter_no"], "E000000003");
        assert_eq!(order["address"]["street"], "Larixweg");
        assert_eq!(order["address"]["house_number"], "3");
        assert_eq!(order["address"]["postcode"], "5226HP");
        assert_eq!(order["flavour"], "smart_on");
        assert_eq!(order["slot_start"], json!(Value::instant(wired.slots[0].1)));
        assert_eq!(order["slot_minutes"], 60);
        assert_eq!(
            (&order["order_kind"], &order["priority"]),
            (&json!("PRIO"), &json!(true))
        );
        assert_eq!(order["replaces_order"], Json::Null);
        assert_eq!(order["contact"]["name"], "Roos Langevoort3");
        assert_eq!(order["contact"]["phone"], "+31612345678");
        assert_eq!(order["remarks"], "");
        assert_eq!(order["status"], "ordered");
        assert!(order["address"].get("bag_id").is_some());
    }
    let protected = wired.confirmed(13).await;
    let number = wired.detail(protected).await.row.case_no;
    let sent = wired.sent("order_gsa");
    let order = sent.iter().find(|sent| sent["case"] == number).unwrap();
    let contact = &order["command"]["contact"];
    assert_eq!(
        (&contact["name"], &contact["phone"]),
        (&Json::Null, &Json::Null)
    );
}

/// PRIO-31: without a payment service a payment waits, and is made as soon as there is one.
#[tokio::test]
async fn prio_31_without_a_payment_service_the_payment_waits() {
    let folder = folder("wired-none");
    let mut wired = Wired::with(folder.clone(), Outside::default()).await;
    let case_id = wired.paying(1).await;
    assert!(wired.fact(case_id, "payment").await.unwrap().is("asked"));
    let dead = wired.world.admin.outbox_dead(10).await.unwrap();
    assert_eq!(dead, []);
    let options = Options {
        outside: Outside::practice(&folder.join("payments"), &folder.join("incoming")),
        ..options(&folder.join("out"))
    };
    let worker = Worker::open(wired.world.db.store("worker_2"), options).await;
    wired.worker = worker.unwrap();
    wired.later().await;
    wired.works().await;
    assert_eq!(wired.payment(case_id).await.status, PaymentStatus::Open);
}
