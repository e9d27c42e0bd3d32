//! A desk without terminal and database: scripts press keys by name, read the effects and answer
//! them; the screen is drawn into a buffer and read as text.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use loket::desk::bulk::Job;
use loket::desk::effect::{Call, Loaded, Question, Save, Slot};
use loket::desk::find::{Asked, Told};
use loket::desk::geometry::Window;
use loket::desk::key::{Input, Key};
use loket::desk::keymap::Keymap;
use loket::desk::screen::Layer;
use loket::desk::screen::form::State;
use loket::desk::{Effect, Model, Msg, Reply, Start, Ticket, update};
use loket::process::engine::CaseFacts;
use loket::store::StoreError;
use loket::store::filter::{Filter, Sign, Test};
use loket::store::reading::LookUp;
use loket::store::rows::*;
use loket::text::Texts;
use loket::view::theme::Colours;
use loket::view::{Theme, draw};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use uuid::Uuid;

use crate::process_world::{EAN, PARTY, Sim, calendars};

/// Friday afternoon in Amsterdam.
pub(crate) const NOW: &str = "2026-11-20T14:07:00+01:00";

pub(crate) fn now() -> DateTime<Utc> {
    crate::process_world::at(NOW)
}

/// A desk with a script at its keys.
pub(crate) struct Script {
    pub(crate) model: Model,
    pub(crate) now: DateTime<Utc>,
    pub(crate) effects: Vec<Effect>,
}

impl Script {
    /// A desk that has just started; nothing is answered yet.
    pub(crate) fn bare(columns: u16, rows: u16) -> Self {
        Self::bare_in("en", columns, rows)
    }

    /// … in that language.
    pub(crate) fn bare_in(lang: &str, columns: u16, rows: u16) -> Self {
        let start = Start {
            texts: Arc::new(Texts::load(lang)),
            keymap: Keymap::shipped().unwrap(),
            window: Window { columns, rows },
            seed: 7,
        };
        let mut script = Self {
            model: Model::new(start, now()),
            now: now(),
            effects: vec![],
        };
        script.send(Msg::Start);
        script
    }

    /// A desk with the session, the list and the first case read.
    pub(crate) fn new(columns: u16, rows: u16) -> Self {
        let mut script = Self::bare(columns, rows);
        script.answer_all();
        script.rest();
        script.answer_all();
        script
    }

    pub(crate) fn send(&mut self, msg: Msg) {
        let effects = update(&mut self.model, msg, self.now);
        self.effects.extend(effects);
    }

    /// Press keys, named, with spaces between them.
    pub(crate) fn keys(&mut self, keys: &str) -> &mut Self {
        for key in keys.split_whitespace() {
            let key: Key = key.parse().unwrap();
            self.send(Msg::Input(Input::Key(key)));
        }
        self
    }

    /// Type a text, character by character.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            let name = if c == ' ' {
                "space".to_owned()
            } else {
                c.to_string()
            };
            self.send(Msg::Input(Input::Key(name.parse().unwrap())));
        }
        self
    }

    /// Let time pass until the cursor has rested.
    pub(crate) fn rest(&mut self) {
        self.now += TimeDelta::milliseconds(250);
        self.send(Msg::Wake);
    }

    /// The case that is held at the start is held no more: leaving has nothing to ask.
    pub(crate) fn empty_handed(&mut self) -> &mut Self {
        self.model.world.leases.clear();
        self
    }

    /// Take the effects so far.
    pub(crate) fn take(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// Answer with what the fixed world says until nothing is asked any more.
    pub(crate) fn answer_all(&mut self) {
        for _ in 0..20 {
            let effects = self.take();
            if effects.is_empty() {
                return;
            }
            for effect in effects {
                self.answer(effect);
            }
        }
        panic!("the desk never stops asking");
    }

    /// Answer one with what the fixed world says.
    pub(crate) fn answer(&mut self, effect: Effect) {
        let (ticket, reply) = match effect {
            Effect::Ask(ticket, Question::Detail(case)) => {
                let mut loaded = loaded(case);
                loaded.detail.lease = self.model.world.leases.get(&case).copied();
                (ticket, Reply::Detail(Ok(Box::new(loaded))))
            }
            Effect::Ask(ticket, question) => (ticket, read(&question, self.now)),
            Effect::Write(ticket, call) => (ticket, written(&call)),
            Effect::Save(ticket, save) => (ticket, saved(&save)),
            Effect::Names(ticket, _) => (ticket, Reply::Names(vec!["/tmp/mandate.pdf".into()])),
            Effect::Probe(ticket, _) => (ticket, Reply::Probed(None)),
            other => panic!("not to be answered here: {other:?}"),
        };
        self.reply(ticket, reply);
    }

    pub(crate) fn reply(&mut self, ticket: Ticket, reply: Reply) {
        self.send(Msg::Reply(ticket, Box::new(reply)));
    }

    /// The writes among the effects so far, taken.
    pub(crate) fn writes(&mut self) -> Vec<(Ticket, Call)> {
        let written = |effect| match effect {
            Effect::Write(ticket, call) => Some((ticket, *call)),
            _ => None,
        };
        self.take().into_iter().filter_map(written).collect()
    }

    /// The screen as text.
    pub(crate) fn screen(&self) -> String {
        screen(&self.model)
    }
}

/// The screen of a model as text, trailing spaces cut.
pub(crate) fn screen(model: &Model) -> String {
    let backend = TestBackend::new(model.window.columns, model.window.rows);
    let mut terminal = Terminal::new(backend).unwrap();
    let theme = Theme::shipped(Colours::On);
    terminal.draw(|frame| draw(model, &theme, frame)).unwrap();
    let buffer = terminal.backend().buffer();
    let mut text = String::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        let mut skip = 0;
        for x in 0..buffer.area.width {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let symbol = buffer[(x, y)].symbol();
            skip = loket::view::width::of(symbol).saturating_sub(1);
            line.push_str(symbol);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// What the fixed world answers to a question.
pub(crate) fn read(question: &Question, now: DateTime<Utc>) -> Reply {
    match question {
        Question::Session => Reply::Session(Ok(session(now))),
        Question::Calendars => Reply::Calendars(Ok(Arc::new(calendars().clone()))),
        Question::Inbox { after: Some(_), .. } | Question::Filtered { after: Some(_), .. } => {
            Reply::Inbox(Ok(InboxPage::default()))
        }
        Question::Inbox { .. } => Reply::Inbox(Ok(page())),
        Question::Filtered { filter, .. } => Reply::Inbox(Ok(filtered(filter))),
        Question::Snapshot { filter, .. } => {
            let cases = filtered(filter)
                .rows
                .iter()
                .map(|row| row.case_id)
                .collect();
            Reply::Snapshot(Ok(Snapshot { cases, more: false }))
        }
        Question::Facts(cases) => Reply::Facts(Ok(Box::new(facts_page(cases)))),
        Question::Detail(case) => Reply::Detail(Ok(Box::new(loaded(*case)))),
        Question::Search(_) => {
            let row = rows().remove(2);
            Reply::Search(Ok(vec![SearchHit {
                row,
                how: "address".into(),
            }]))
        }
        Question::Like(among, _) => Reply::Like(*among, Ok(vec![])),
        Question::LookUp { .. } => Reply::LookUp(Ok(Box::new(LookUp {
            connection: Some(connection()),
            party: Some(party(CaseId(1))),
            customer_ref: Some("K-10233".into()),
        }))),
        Question::Plant(meter, ean) => Reply::Plant((meter.clone(), ean.clone()), Ok(None)),
        Question::Meters(_) => Reply::Meters(Ok(Box::new(super::found::found(now).into()))),
        Question::Week { from, .. } => Reply::Week(Ok(Box::new(super::found::week(*from)))),
        Question::Seen(ids) => Reply::Seen(Ok(ids.clone())),
        Question::Find(Asked::Recent) => {
            let hit = |row| SearchHit {
                row,
                how: "seen".into(),
            };
            let rows = rows();
            Reply::Search(Ok(vec![hit(rows[4].clone()), hit(rows[1].clone())]))
        }
        Question::Find(Asked::Looks) => Reply::Find(Ok(Told::Looks(vec![]))),
        Question::Find(Asked::Filters) => Reply::Find(Ok(Told::Filters(vec![]))),
        Question::Limits => Reply::Limits(Ok(super::board::limits())),
        Question::Clusters(_) => Reply::Clusters(Ok(Box::default())),
        Question::Cluster { .. } => Reply::Cluster(Ok(Box::default())),
        Question::Registers(case) => Reply::Registers(
            *case,
            Ok(Box::new(loket::desk::registers::Answer {
                at: now,
                sides: vec![],
            })),
        ),
        Question::Updates(_) => Reply::Updates(Ok(Box::default())),
        Question::Board
        | Question::OnTime(_)
        | Question::OnTimeCases { .. }
        | Question::Signals(_)
        | Question::SignalsOf { .. }
        | Question::SaveSignals { .. } => super::board::read(question).unwrap(),
        Question::Drafts => Reply::Drafts(Ok(vec![])),
        Question::Colleagues => Reply::Colleagues(Ok(vec![
            colleague(2, "Joost Bakker", true),
            colleague(3, "An Peeters", false),
        ])),
    }
}

fn colleague(agent_id: i32, name: &str, online: bool) -> Colleague {
    Colleague {
        agent_id,
        name: name.into(),
        role: Role::Agent,
        online,
        held: 3,
    }
}

/// What the fixed world answers to a write: all is well.
pub(crate) fn written(call: &Call) -> Reply {
    let lease = |case_id| Lease::new(case_id, 9);
    let granted = |case_id: CaseId, why: &str| {
        Reply::Claimed(Ok(Claim::Granted {
            lease: lease(case_id),
            case_no: "GT-2026-000398".into(),
            version: 5,
            why: why.into(),
        }))
    };
    let applied = |work, lease| {
        Reply::Applied(Ok(Applied {
            version: 6,
            work,
            lease,
            opened: None,
            undo: None,
        }))
    };
    match call {
        Call::Next(_) => granted(CaseId(1), "overdue"),
        Call::Claim(case) => granted(*case, "by_hand"),
        Call::Apply { case, fence, .. } => applied(WorkState::Waiting, fence.map(|_| lease(*case))),
        Call::Open(..) => {
            let case_no = "GT-2026-000501".into();
            Reply::Opened(Ok(Opened::New {
                case_id: CaseId(1),
                case_no,
            }))
        }
        Call::Limits(_) | Call::Naming(_) | Call::EndUpdate { .. } => Reply::Set(Ok(())),
        _ => applied(WorkState::Open, None),
    }
}

/// What the fixed world answers to a save: all is well.
pub(crate) fn saved(save: &Save) -> Reply {
    match save {
        Save::Draft(_) => Reply::Saved(Ok(DraftSaved::Saved)),
        Save::Drop(..) => Reply::Dropped(Ok(true)),
        Save::Share(_) => Reply::Shared(Ok(true)),
        Save::Looked(_) | Save::Place(_) | Save::Columns(_) => Reply::Placed(Ok(())),
    }
}

/// The form on top.
pub(crate) fn form(script: &Script) -> &State {
    match script.model.layers.last() {
        Some(Layer::Form(form)) => form,
        other => panic!("no form: {other:?}"),
    }
}

/// The action on many under way.
pub(crate) fn job(script: &Script) -> &Job {
    script.model.world.bulk.as_deref().unwrap()
}

/// In the list of what can be done with many cases: give them to somebody else, of these.
pub(crate) fn choose_somebody_else(script: &mut Script, there: &[Colleague]) {
    let mut choices = job(script).choices.iter();
    let at = choices.position(|choice| choice.label.contains("somebody else"));
    script.keys("g g");
    for _ in 0..at.unwrap() {
        script.keys("j");
    }
    script.keys("enter");
    for effect in script.take() {
        if let Effect::Ask(ticket, Question::Colleagues) = effect {
            script.reply(ticket, Reply::Colleagues(Ok(there.to_vec())));
        }
    }
}

/// The answer of a second in which nothing happened.
pub(crate) fn quiet() -> Pulse {
    Pulse {
        cursor: FeedCursor {
            epoch: Uuid::nil(),
            timeline: 1,
            xid: "1".into(),
            event_id: 1,
        },
        events: Vec::new(),
        more: false,
        resync: false,
        leases: Some(vec![Lease::new(CaseId(2), 4)]),
        legal_now: now(),
        now: now(),
        presence: Vec::new(),
        notices: Vec::new(),
        calendars: 4,
        counts: BTreeMap::new(),
        ticking: false,
        took: std::time::Duration::ZERO,
    }
}

/// A draft of ours, as the database has it for two minutes.
pub(crate) fn kept(id: u128, form: &str, case: Option<i64>, text: &str) -> DraftRow {
    DraftRow {
        draft_id: Uuid::from_u128(id),
        case_id: case.map(CaseId),
        case_no: case.map(|case| format!("GT-2026-{:06}", 397 + case)),
        process: case.map(|_| "doubt".into()),
        closed: false,
        form: form.into(),
        body: DraftBody {
            answers: vec![("note".into(), text.into())],
            at: 0,
            cursor: 4,
        },
        command: Some(Uuid::from_u128(id + 1_000)),
        rev: 5,
        shared: false,
        saved_at: now() - TimeDelta::minutes(2),
        owner: None,
    }
}

pub(crate) fn offline() -> StoreError {
    StoreError::Offline("connection refused".into())
}

fn session(now: DateTime<Utc>) -> Session {
    let queue = |queue_id, key: &str| QueueRow {
        queue_id,
        key: key.into(),
    };
    Session {
        session_id: Uuid::from_u128(1),
        me: Me {
            agent_id: 1,
            name: "Sanne de Vries".into(),
            role: Role::Agent,
            firm: None,
            queues: vec![queue(1, "mandate")],
        },
        leases: vec![Lease::new(CaseId(2), 4)],
        legal_now: now,
        rehearsal: true,
        columns: Some(vec![]),
        place: None,
    }
}

fn minutes(n: i64) -> DateTime<Utc> {
    now() + TimeDelta::minutes(n)
}

#[derive(Clone, Copy)]
struct Given(
    i64,
    i64,
    &'static str,
    &'static str,
    WorkState,
    Option<(i32, &'static str)>,
    &'static str,
);

/// The rows of the fixed world: late, soon, calm, held by me and by others, waiting.
pub(crate) fn rows() -> Vec<CaseRow> {
    use WorkState::{Held, Open, Waiting};
    let given = [
        Given(
            1,
            -41,
            "contact_1wd",
            "blocked_contact_due",
            Open,
            None,
            "Van Henegouwen Energie",
        ),
        Given(
            2,
            52,
            "contact_1wd",
            "blocked_contact_due",
            Held,
            Some((1, "Sanne de Vries")),
            "Zonnebloem Energie",
        ),
        Given(
            3,
            70,
            "unblock_1wd",
            "unblock_due",
            Open,
            None,
            "Meterblik Inzicht",
        ),
        Given(4, 185, "assess_72h", "assessing", Open, None, "Duinstroom"),
        Given(
            5,
            340,
            "contact_1wd",
            "blocked_contact_due",
            Held,
            Some((2, "Joost Bakker")),
            "Zonnebloem Energie",
        ),
        Given(
            6,
            1590,
            "close_5wd",
            "block_maintained",
            Open,
            None,
            "Windrichting Levering B.V.",
        ),
        Given(
            7,
            4270,
            "response_72h",
            "awaiting_party",
            Waiting,
            None,
            "Duinstroom",
        ),
    ];
    given.into_iter().map(row).collect()
}

fn row(given: Given) -> CaseRow {
    let Given(number, due, clock, state, work, holder, subject) = given;
    CaseRow {
        case_id: CaseId(number),
        case_no: format!("GT-2026-{:06}", 397 + number),
        queue: "mandate".into(),
        process: "doubt".into(),
        state: state.into(),
        work,
        sort_at: minutes(due),
        clock: Some(clock.into()),
        due_at: Some(minutes(due)),
        comparison: Some(loket::domain::deadline::Comparison::Before),
        warn_at: Some(minutes(due - 120)),
        breached: due < 0,
        late_by_retriage: false,
        whose: Some("ours".into()),
        subject: subject.into(),
        holder: holder.map(|(_, name)| name.to_owned()),
        holder_id: holder.map(|(id, _)| id),
        version: 4,
        received_at: now() - TimeDelta::hours(5),
        raised: false,
        promise_at: None,
        snoozed_until: None,
    }
}

pub(crate) fn page() -> InboxPage {
    let count = QueueCount {
        open: 4,
        held: 2,
        waiting: 1,
        overdue: 1,
    };
    InboxPage {
        rows: rows(),
        more: false,
        counts: [(1, count)].into(),
        ..InboxPage::default()
    }
}

/// What a filter by state leaves of the fixed world.
pub(crate) fn filtered(filter: &Filter) -> InboxPage {
    let fits = |row: &CaseRow| {
        filter.words().iter().all(|word| match &word.test {
            Test::State(keys) => keys.contains(&row.state) == (word.sign == Sign::Is),
            _ => true,
        })
    };
    let rows: Vec<CaseRow> = rows().into_iter().filter(fits).collect();
    let count = i64::try_from(rows.len()).unwrap();
    InboxPage {
        rows,
        found: Some(Found { count, all: true }),
        ..page()
    }
}

/// The cases of the fixed world as an action on many reads them.
pub(crate) fn facts_page(cases: &[CaseId]) -> FactsPage {
    let brief = |case: &CaseId| {
        let detail = loaded(*case).detail;
        Briefly {
            row: detail.row,
            facts: detail.facts,
            party_gln: detail.party.map(|party| party.gln),
            lease: detail.lease,
        }
    };
    FactsPage {
        cases: cases.iter().map(brief).collect(),
        parties: vec![party(CaseId(1))],
    }
}

fn facts(case: CaseId) -> CaseFacts {
    let sim = Sim::doubt("2026-11-20T09:12:00+01:00", "yes", "supplier");
    match case.0 {
        7 => sim.contacted("2026-11-20T13:00:00+01:00").case,
        // answered in time, and our own judgement is late
        4 => {
            Sim::doubt("2026-11-16T09:12:00+01:00", "yes", "supplier")
                .contacted("2026-11-17T10:00:00+01:00")
                .answered("2026-11-20T09:00:00+01:00")
                .case
        }
        _ => sim.case,
    }
}

/// A case of the fixed world with everything about it.
pub(crate) fn loaded(case: CaseId) -> Loaded {
    let mut row = rows().into_iter().find(|row| row.case_id == case).unwrap();
    let facts = facts(case);
    row.state.clone_from(&facts.state);
    let lease = (case == CaseId(2)).then_some(Lease::new(case, 4));
    let detail = CaseDetail {
        held_by_shell: false,
        row,
        facts,
        lease,
        customer: Some(customer()),
        connection: Some(connection()),
        party: Some(party(case)),
        related: vec![RelatedCase {
            case_id: CaseId(90),
            case_no: "GT-2025-000017".into(),
            process: "doubt".into(),
            state: "closed_mandate_ok".into(),
            received_at: crate::process_world::at("2025-03-12T10:00:00+01:00"),
        }],
        texts: [(
            Uuid::from_u128(77),
            "called first, no answer; mail sent".to_owned(),
        )]
        .into(),
        documents: vec![],
        handover: (case == CaseId(2)).then(|| "customer calls back after 16:00".to_owned()),
        messages: vec![MessageRow {
            outbox_id: 1,
            kind: "block".into(),
            status: "sent".into(),
            created_at: minutes(-290),
            sent_at: Some(minutes(-290)),
            error: None,
        }],
        linked: vec![],
        drafts: vec![],
        undo: None,
        siblings: Vec::new(),
        slot: None,
        payments: Vec::new(),
        finding: None,
        promises: vec![],
    };
    Loaded {
        detail,
        timeline: timeline(),
    }
}

fn customer() -> CustomerCard {
    CustomerCard {
        customer_ref: "K-10233".into(),
        name: "R. Langevoort".into(),
        kind: "private".into(),
        phone: "06 .. .. .. 12".into(),
        email: "r..@example.org".into(),
        language: "nl".into(),
        protected: false,
        postcode: String::new(),
        house_number: String::new(),
    }
}

fn connection() -> ConnectionCard {
    let contract = |side: &str, party: &str, from: &str| ContractRow {
        side: side.into(),
        party: party.into(),
        valid_from: from.parse().ok(),
        valid_to: None,
    };
    ConnectionCard {
        ean: EAN.into(),
        product: "E".into(),
        street: "Larsweg".into(),
        house_number: "106".into(),
        postcode: "5226 HP".into(),
        city: "Nij Beets".into(),
        grid_operator: "Ons Netbeheer".into(),
        grid_area: "NB-07".into(),
        allocation_method: "isma".into(),
        meters: vec![MeterRow {
            meter_number: "E0012345".into(),
            meter_type: "smart".into(),
            smart_admin: "on".into(),
        }],
        contracts: vec![
            contract("grid", "Ons Netbeheer", "2021-04-01"),
            contract("supply", "Duinstroom", "2021-04-01"),
        ],
    }
}

fn party(case: CaseId) -> PartyCard {
    let contact = |contact_id, name: &str| ContactRow {
        contact_id,
        name: name.into(),
        email: "mandaat@henegouwen.example".into(),
        phone: "+31200000000".into(),
    };
    PartyCard {
        gln: PARTY.into(),
        name: "Van Henegouwen Energie".into(),
        role: "supplier".into(),
        contacts: match case.0 {
            3 => vec![],
            _ => vec![contact(31, "M. Bakker"), contact(32, "J. Visser")],
        },
    }
}

fn timeline() -> Vec<TimelineRow> {
    use loket::process::field::{TextRef, Value};
    let event = |seq, at: i64, kind: &str, agent: Option<&str>| TimelineRow {
        seq,
        at: minutes(at),
        kind: kind.into(),
        agent: agent.map(str::to_owned),
        agent_id: agent.map(|name| if name == "Joost Bakker" { 2 } else { 1 }),
        from: None,
        to: None,
        answers: loket::process::engine::Facts::new(),
        cleared: Vec::new(),
        moves: Vec::new(),
        takes_back: None,
    };
    let text = Value::Text(TextRef {
        text: Uuid::from_u128(77),
        sha256: String::new(),
    });
    let mut note = event(3, -8, "add_note", Some("Joost Bakker"));
    note.answers.insert("note".into(), text);
    let mut opened = event(1, -295, "open", None);
    opened.to = Some("blocked_contact_due".into());
    opened
        .answers
        .insert("source".into(), Value::Code("consuwijzer".into()));
    vec![note, event(2, -9, "claimed", Some("Joost Bakker")), opened]
}

/// The slots that are asked for by these effects.
pub(crate) fn slots(effects: &[Effect]) -> Vec<Slot> {
    let slot = |effect: &Effect| match effect {
        Effect::Ask(ticket, _)
        | Effect::Write(ticket, _)
        | Effect::Names(ticket, _)
        | Effect::Probe(ticket, _)
        | Effect::Save(ticket, _) => Some(ticket.slot),
        _ => None,
    };
    // what is saved behind the screen has tests of its own
    let heard = effects.iter().filter_map(slot);
    heard.filter(|slot| !slot.is_quiet()).collect()
}
