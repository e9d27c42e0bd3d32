//! What the tests of the processes share: cases that are led through the engine by hand, the events
//! they leave, and the texts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::OnceLock;

use chrono::{DateTime, TimeDelta, Utc};
use loket::domain::calendar::Calendars;
use loket::domain::clock::ClockRun;
use loket::domain::form::Form;
use loket::process::engine::{
    Actor, Answer, Answers, CaseFacts, Change, ClockOp, Context, Refusal, after, born, open, step,
    timer_action,
};
use loket::process::field::Value;
use loket::process::form::CaseForm;
use loket::process::replay::{ReplayEvent, Step, replay_steps};
use loket::process::{self, Process};
use loket::text::LANGUAGES;
use uuid::Uuid;

pub(crate) const EAN: &str = "871687900400000374";
pub(crate) const PARTY: &str = "8717180006440";

pub(crate) fn calendars() -> &'static Calendars {
    static CALENDARS: OnceLock<Calendars> = OnceLock::new();
    CALENDARS.get_or_init(|| Calendars::builtin().unwrap())
}

/// An instant with its offset written out.
pub(crate) fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

/// Answers as words: `yes`, `no`, numbers and everything else as free text.
pub(crate) fn answers(given: &[(&str, &str)]) -> Answers {
    let answer = |word: &str| match word {
        "yes" | "no" => Answer::Value(Value::word(word)),
        _ => Answer::Free(word.to_owned()),
    };
    given
        .iter()
        .map(|(key, word)| ((*key).to_owned(), answer(word)))
        .collect()
}

/// A case on its way, with the events it leaves.
#[derive(Clone)]
pub(crate) struct Sim {
    pub(crate) case: CaseFacts,
    pub(crate) events: Vec<ReplayEvent>,
    pub(crate) last: Change,
    pub(crate) now: DateTime<Utc>,
}

pub(crate) fn context(now: DateTime<Utc>, actor: Actor, number: usize) -> Context<'static> {
    Context {
        now,
        actor,
        calendars: calendars(),
        command: Uuid::from_u128(number as u128 + 1),
    }
}

/// The form that the database would say that a new case of the process has.
pub(crate) fn form_of(process: &Process) -> Option<CaseForm> {
    let key = process.actions.iter().find_map(|line| line.form)?;
    Some(CaseForm::of(Form::builtin(key).unwrap().unwrap()))
}

fn event(change: &Change) -> ReplayEvent {
    ReplayEvent {
        action: change.action.clone(),
        at: change.at,
        answers: change.answers.clone(),
        change: serde_json::to_value(change).unwrap(),
    }
}

impl Sim {
    pub(crate) fn try_open(
        process: &'static Process,
        received: DateTime<Utc>,
        now: DateTime<Utc>,
        given: &Answers,
    ) -> Result<Self, Refusal> {
        Self::try_open_as(Actor::System, process, (received, now), given)
    }

    /// Opened by somebody: when it was received, and now.
    pub(crate) fn try_open_as(
        actor: Actor,
        process: &'static Process,
        (received, now): (DateTime<Utc>, DateTime<Utc>),
        given: &Answers,
    ) -> Result<Self, Refusal> {
        let change = open(process, received, given, &context(now, actor, 0)).inspect_err(told)?;
        let mut case = born(&change);
        case.form = form_of(process);
        Ok(Self {
            case,
            events: vec![event(&change)],
            last: change,
            now,
        })
    }

    /// A signal about a supplier, about iSMA or not, opened when it is received.
    pub(crate) fn doubt(received: &str, isma: &str, role: &str) -> Self {
        let given = doubt_answers(isma, role);
        let received = at(received);
        Self::try_open(&process::doubt::DOUBT, received, received, &given).unwrap()
    }

    /// As `doubt`, without iSMA.
    pub(crate) fn plain(received: &str) -> Self {
        Self::doubt(received, "no", "supplier")
    }

    /// … and the party was contacted at that instant.
    pub(crate) fn contacted(mut self, instant: &str) -> Self {
        self.now = at(instant);
        self.done("contact_party", CONTACT);
        self
    }

    /// … and answered with proof at that instant.
    pub(crate) fn answered(mut self, instant: &str) -> Self {
        self.now = at(instant);
        let mut given = PROOF.to_vec();
        given.push(("responded_at", instant));
        self.done("party_responded", &given);
        self
    }

    /// The case that its events make, with its form.
    pub(crate) fn replayed(&self) -> CaseFacts {
        let steps = self.events.iter().cloned().zip(1..);
        let steps = steps.map(|(event, seq)| Step::Change(seq, event));
        let steps: Vec<Step> = steps.collect();
        replay_steps(&steps, calendars(), self.case.form).unwrap()
    }

    pub(crate) fn try_as(
        &mut self,
        actor: Actor,
        action: &str,
        given: &Answers,
    ) -> Result<&Change, Refusal> {
        let ctx = context(self.now, actor, self.events.len());
        let change = step(&self.case, action, given, &ctx).inspect_err(told)?;
        self.case = after(&self.case, &change);
        self.events.push(event(&change));
        self.last = change;
        Ok(&self.last)
    }

    pub(crate) fn tried(
        &mut self,
        action: &str,
        given: &[(&str, &str)],
    ) -> Result<&Change, Refusal> {
        self.try_as(Actor::Agent, action, &answers(given))
    }

    pub(crate) fn done(&mut self, action: &str, given: &[(&str, &str)]) -> &Change {
        match self.tried(action, given) {
            Ok(_) => &self.last,
            Err(refusal) => panic!("{action}: {refusal:?}"),
        }
    }

    pub(crate) fn refused(&mut self, action: &str, given: &[(&str, &str)]) -> Refusal {
        self.tried(action, given)
            .err()
            .unwrap_or_else(|| panic!("{action} is possible"))
    }

    /// Moves to that instant and lets every clock that has passed do what it does; the actions done.
    pub(crate) fn wait(&mut self, instant: &str) -> Vec<String> {
        self.now = at(instant);
        self.fire()
    }

    pub(crate) fn fire(&mut self) -> Vec<String> {
        let mut done = Vec::new();
        while let Some(action) = self
            .running()
            .iter()
            .find_map(|run| timer_action(&self.case, &run.key, self.now))
        {
            self.try_as(Actor::Timer, action, &Answers::new()).unwrap();
            done.push(action.to_owned());
            assert!(done.len() < 20, "timers that never rest: {done:?}");
        }
        done
    }

    pub(crate) fn later(&mut self, delta: TimeDelta) {
        self.now += delta;
    }

    pub(crate) fn running(&self) -> Vec<ClockRun> {
        let runs = self.case.clocks.iter();
        runs.filter(|run| run.is_running()).cloned().collect()
    }

    /// The latest run of that clock.
    pub(crate) fn clock(&self, key: &str) -> &ClockRun {
        let runs = self.case.clocks.iter().filter(|run| run.key == key);
        runs.max_by_key(|run| run.run)
            .unwrap_or_else(|| panic!("no clock {key}"))
    }

    pub(crate) fn has_clock(&self, key: &str) -> bool {
        self.case.clocks.iter().any(|run| run.key == key)
    }

    pub(crate) fn fact(&self, key: &str) -> Option<&Value> {
        self.case.facts.get(key)
    }

    pub(crate) fn is(&self, key: &str, word: &str) -> bool {
        self.fact(key).is_some_and(|value| value.is(word))
    }

    pub(crate) fn sent(&self, kind: &str) -> bool {
        self.last.messages.iter().any(|sent| sent == kind)
    }

    /// How often a message of that kind was sent since the case began, or began anew.
    pub(crate) fn times_sent(&self, kind: &str) -> usize {
        let since = self
            .events
            .iter()
            .rposition(|event| event.action == "reopen");
        let events = self.events.iter().skip(since.unwrap_or(0));
        let sent = events.filter_map(|event| event.change["messages"].as_array());
        sent.flatten().filter(|sent| *sent == kind).count()
    }

    /// What the case has of the planning: `hold` or `confirm` with the number of the block.
    pub(crate) fn slot(&self) -> Option<(String, i64)> {
        let mut has: Option<(String, i64)> = None;
        for event in &self.events {
            let done = &event.change["slot"];
            has = match (done["act"].as_str(), done["slot"].as_i64(), has) {
                (Some("release"), _, _) => None,
                (Some(act), Some(slot), _) | (Some(act), None, Some((_, slot))) => {
                    Some((act.to_owned(), slot))
                }
                (_, _, has) => has,
            };
        }
        has
    }

    pub(crate) fn started(&self, key: &str) -> bool {
        let is_start = |op: &ClockOp| matches!(op, ClockOp::Start { key: k, .. } if k == key);
        self.last.clocks.iter().any(is_start)
    }
}

pub(crate) fn doubt_answers(isma: &str, role: &str) -> Answers {
    answers(&[
        ("ean", EAN),
        ("party_gln", PARTY),
        ("party_role", role),
        ("source", "consuwijzer"),
        ("signal_type", "no_permission"),
        ("concerns_isma", isma),
        ("customer_ref", "NL0000012"),
    ])
}

pub(crate) const CONTACT: &[(&str, &str)] =
    &[("channel", "email"), ("contact", "7"), ("ask_proof", "yes")];

pub(crate) const PROOF: &[(&str, &str)] = &[
    ("findings", "The mandate was given on the website."),
    ("proof_given", "yes"),
    ("mandate_date", "2026-01-15"),
    ("mandate_channel", "website"),
    ("key_kind", "customer_key"),
    ("text_shown", "yes"),
];

/// All texts about processes and their fields in one language, flattened.
pub(crate) fn texts(lang: &str) -> BTreeMap<String, String> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets/text");
    let mut flat = BTreeMap::new();
    for area in [
        "process.toml",
        "forms.toml",
        "metering.toml",
        "feed_in.toml",
        "installation.toml",
        "washing.toml",
        "sharing.toml",
    ] {
        let path = folder.join(lang).join(area);
        let table: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
        flatten("", &table, &mut flat);
    }
    flat
}

fn flatten(path: &str, table: &toml::Table, flat: &mut BTreeMap<String, String>) {
    for (key, value) in table {
        let path = if path.is_empty() {
            key.clone()
        } else {
            format!("{path}.{key}")
        };
        match value {
            toml::Value::Table(inner) => flatten(&path, inner, flat),
            other => _ = flat.insert(path, other.as_str().unwrap().to_owned()),
        }
    }
}

pub(crate) fn variables(text: &str) -> BTreeSet<String> {
    let parts = text.split('{').skip(1);
    parts
        .filter_map(|part| part.split_once('}'))
        .map(|(name, _)| name.to_owned())
        .collect()
}

/// A refusal has a text in every language, and a value for each place in it.
fn told(refusal: &Refusal) {
    static TEXTS: OnceLock<[BTreeMap<String, String>; LANGUAGES.len()]> = OnceLock::new();
    for texts in TEXTS.get_or_init(|| LANGUAGES.map(texts)) {
        let text = texts.get(&format!("refusal.{}", refusal.key));
        let text = text.unwrap_or_else(|| panic!("no text for {refusal:?}"));
        for name in variables(text) {
            assert!(
                refusal.args.contains_key(&name),
                "{name} is not given: {refusal:?}"
            );
        }
        // a field of a form that is data brings its names along
        if LANGUAGES
            .iter()
            .all(|lang| refusal.args.contains_key(&format!("field.{lang}")))
        {
            continue;
        }
        for value in refusal.args.values() {
            let is_key = ["state.", "field.", "clock.", "action."]
                .iter()
                .any(|area| value.starts_with(area));
            let is_unknown_field = refusal.key == "field_unknown";
            // one key, or several in a row
            let mut keys = value.split(", ");
            let is_known = keys.all(|key| texts.contains_key(key));
            assert!(!is_key || is_unknown_field || is_known, "{value}");
        }
    }
}
