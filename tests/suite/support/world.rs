//! A small invented world for tests of the database: four parties, a few connections, and the ways
//! to open and work a case on them.

use chrono::{DateTime, Duration, Utc};
use loket::domain::calendar::Calendars;
use loket::process::engine::{self, Actor, Answer, Answers, Change, Context};
use loket::process::field::Value;
use loket::process::{self};
use loket::store::case::{Opening, Target};
use loket::store::register::{
    ConnectionRecord, ContactRecord, CustomerRecord, MeterRecord, PartyRecord,
};
use loket::store::rows::{Applied, CaseId, Claim, Lease, Opened, Session};
use loket::store::session::SessionKind;
use loket::store::{Store, StoreError};
use uuid::Uuid;

use super::db::TestDb;

/// Our own grid company.
pub(crate) const GRID: &str = "8716879000004";
/// A supplier with two contacts in the group.
pub(crate) const SUPPLIER: &str = "8717180005016";
/// A service provider with nobody in the group (GT-27).
pub(crate) const PROVIDER: &str = "8717180006440";

/// Metering points with a right check digit: the n-th.
pub(crate) fn ean(n: u32) -> String {
    let body = format!("87168790040{n:06}");
    let sum: u32 = body
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| u32::from(digit - b'0') * if place % 2 == 0 { 3 } else { 1 })
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// A database with the small world in it.
pub(crate) struct World {
    pub(crate) db: TestDb,
    pub(crate) admin: Store,
    pub(crate) calendars: Calendars,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::on(TestDb::new().await).await
    }

    /// The same world in that database.
    pub(crate) async fn on(db: TestDb) -> Self {
        let admin = db.store("admin_1");
        let world = Self {
            db,
            admin,
            calendars: Calendars::builtin().unwrap(),
        };
        world.fill().await;
        world
    }

    async fn fill(&self) {
        let party = |gln: &str, name: &str, role: &str| PartyRecord {
            gln: gln.into(),
            name: name.into(),
            role: role.into(),
            country: "NL".into(),
            company_number: None,
        };
        let parties = [
            party(GRID, "Ons Netbeheer", "grid_operator"),
            party(SUPPLIER, "Zonnebloem Energie", "supplier"),
            party(PROVIDER, "Meterblik Inzicht", "service_provider"),
        ];
        self.admin.import_parties(&parties).await.unwrap();
        let contact = |name: &str| ContactRecord {
            gln: SUPPLIER.into(),
            contact_group: "Gerede twijfel Klantmandaat".into(),
            name: name.into(),
            email: Some(format!("{}@zonnebloem.example", name.to_lowercase())),
            phone: Some("+31200000000".into()),
            valid_from: "2018-02-13".parse().ok(),
            valid_to: None,
        };
        let contacts = [contact("Bakker"), contact("Visser")];
        self.admin.import_contacts(&contacts).await.unwrap();
        let connections: Vec<_> = (1..=40).map(connection).collect();
        self.admin.import_connections(&connections).await.unwrap();
        let meters: Vec<_> = (1..=40).map(meter).collect();
        self.admin.import_meters(&meters).await.unwrap();
        let customers: Vec<_> = (1..=40).map(customer).collect();
        self.admin.import_customers(&customers).await.unwrap();
    }

    /// The present of the database.
    pub(crate) async fn now(&self) -> DateTime<Utc> {
        self.admin.legal_now().await.unwrap()
    }

    pub(crate) async fn context(&self, actor: Actor) -> Context<'_> {
        Context {
            now: self.now().await,
            actor,
            calendars: &self.calendars,
            command: Uuid::now_v7(),
        }
    }

    /// A signal on the n-th connection, received a minute ago.
    pub(crate) async fn signal(&self, n: u32) -> CaseId {
        match self
            .open(&self.admin, n, SUPPLIER, false, None)
            .await
            .unwrap()
        {
            Opened::New { case_id, .. }
            | Opened::Attached { case_id, .. }
            | Opened::Known { case_id, .. } => case_id,
        }
    }

    pub(crate) async fn open(
        &self,
        store: &Store,
        n: u32,
        party: &str,
        isma: bool,
        reference: Option<&str>,
    ) -> Result<Opened, StoreError> {
        let answers = signal_answers(n, party, isma);
        let received = self.now().await - Duration::minutes(1);
        self.open_with(store, received, &answers, reference).await
    }

    /// A signal that came at that instant and is entered now.
    pub(crate) async fn open_with(
        &self,
        store: &Store,
        received: DateTime<Utc>,
        answers: &Answers,
        reference: Option<&str>,
    ) -> Result<Opened, StoreError> {
        let context = self.context(Actor::System).await;
        let change = self.opening(received, answers, &context);
        let opening = Opening {
            cmd: context.command,
            session: None,
            change: &change,
            reference,
            answers,
            calendars: &self.calendars,
        };
        store.case_open(&opening).await
    }

    #[expect(clippy::unused_self, reason = "reads better at the call")]
    pub(crate) fn opening(
        &self,
        received: DateTime<Utc>,
        answers: &Answers,
        context: &Context<'_>,
    ) -> Change {
        let doubt = process::find("doubt").unwrap();
        engine::open(doubt, received, answers, context).unwrap()
    }

    /// A console of that agent.
    pub(crate) async fn desk(&self, role: &str) -> Desk<'_> {
        let store = self.db.store(role);
        let session = store
            .session_open(Uuid::new_v4(), "test", SessionKind::Console)
            .await;
        Desk {
            world: self,
            store,
            session: session.unwrap(),
        }
    }
}

/// An agent at work.
pub(crate) struct Desk<'a> {
    pub(crate) world: &'a World,
    pub(crate) store: Store,
    pub(crate) session: Session,
}

impl Desk<'_> {
    pub(crate) fn id(&self) -> Uuid {
        self.session.session_id
    }

    pub(crate) async fn claim(&self, case_id: CaseId) -> Result<Claim, StoreError> {
        self.store
            .case_claim(Uuid::now_v7(), self.id(), case_id)
            .await
    }

    /// Takes the case and gives the lease; fails the test when somebody else has it.
    pub(crate) async fn take(&self, case_id: CaseId) -> Lease {
        match self.claim(case_id).await.unwrap() {
            Claim::Granted { lease, .. } => lease,
            other => panic!("{other:?}"),
        }
    }

    /// The change for an action on the case as it is now.
    pub(crate) async fn change(&self, case_id: CaseId, action: &str, answers: &Answers) -> Change {
        let detail = self.store.case_detail(case_id).await.unwrap();
        let context = self.world.context(Actor::Agent).await;
        engine::step(&detail.facts, action, answers, &context)
            .unwrap_or_else(|refusal| panic!("{action}: {refusal:?}"))
    }

    pub(crate) async fn act(
        &self,
        case_id: CaseId,
        lease: Option<Lease>,
        action: &str,
        answers: &Answers,
    ) -> Result<Applied, StoreError> {
        let change = self.change(case_id, action, answers).await;
        let version = self.store.case_detail(case_id).await.unwrap().row.version;
        let fence = lease.map(|lease| lease.fence);
        let target = Target {
            case_id,
            fence,
            version,
        };
        self.store
            .case_apply(Uuid::now_v7(), Some(self.id()), target, &change)
            .await
    }
}

/// An answer that an event may hold.
pub(crate) fn word(text: &str) -> Answer {
    Answer::Value(Value::Code(text.into()))
}

pub(crate) fn yes(answer: bool) -> Answer {
    Answer::Value(Value::Bool(answer))
}

pub(crate) fn free(text: &str) -> Answer {
    Answer::Free(text.into())
}

pub(crate) fn answers<const N: usize>(given: [(&str, Answer); N]) -> Answers {
    given
        .into_iter()
        .map(|(key, answer)| (key.to_owned(), answer))
        .collect()
}

pub(crate) fn signal_answers(n: u32, party: &str, isma: bool) -> Answers {
    let role = if party == SUPPLIER {
        "supplier"
    } else {
        "service_provider"
    };
    answers([
        ("ean", word(&ean(n))),
        ("party_gln", word(party)),
        ("party_role", word(role)),
        ("source", word("customer_direct")),
        ("signal_type", word("no_permission")),
        ("concerns_isma", yes(isma)),
        ("customer_ref", word(&format!("NL{n:07}"))),
        ("summary", free("customer does not know this party")),
    ])
}

fn connection(n: u32) -> ConnectionRecord {
    ConnectionRecord {
        ean: ean(n),
        ean_valid: true,
        country: "NL".into(),
        product: "E".into(),
        street: "Larixweg".into(),
        house_number: i32::try_from(n).ok(),
        house_letter: n.is_multiple_of(2).then(|| "A".into()),
        house_suffix: None,
        postcode: "5226HP".into(),
        city: "Nieuwdorp".into(),
        grid_operator_gln: GRID.into(),
        grid_area: Some("GA-1".into()),
        allocation_method: Some(
            if n.is_multiple_of(3) {
                "isma"
            } else {
                "profile"
            }
            .into(),
        ),
    }
}

fn meter(n: u32) -> MeterRecord {
    MeterRecord {
        meter_number: format!("E{n:09}"),
        ean: ean(n),
        technical_number: None,
        meter_type: "smart".into(),
        smart_admin: Some("on".into()),
        feed_in_suitable: Some(true),
        smart_feasible: Some(true),
        gsa_order: None,
    }
}

pub(crate) fn customer(n: u32) -> CustomerRecord {
    CustomerRecord {
        customer_ref: format!("NL{n:07}"),
        country: "NL".into(),
        kind: "private".into(),
        first_name: Some("Roos".into()),
        last_name: Some(format!("Langevoort{n}")),
        organisation_name: None,
        identifier: None,
        birth_date: "1970-01-01".parse().ok(),
        iban_last3: Some("123".into()),
        street: Some("Larixweg".into()),
        house_number: i32::try_from(n).ok(),
        house_letter: None,
        house_suffix: None,
        postcode: Some("5226HP".into()),
        city: Some("Nieuwdorp".into()),
        phone: Some("+31201234567".into()),
        email: Some("roos@voorbeeld.example".into()),
        language: Some("nl".into()),
        protected: n == 13,
    }
}
