//! The print version of a notification (ELS-09): one page of plain lines, as it is handed over on paper or
//! kept. Everything that is filled in, and a sign where something mandatory is not.

use chrono::{DateTime, Utc};

use super::available::Why;
use super::command::Id;
use super::effect::Effect;
use super::geometry::Window;
use super::model::Model;
use super::route::Route;
use super::say;
use super::screen::{Pressed, moved};
use super::world::World;
use crate::domain::country::Country;
use crate::domain::kbo::Kbo;
use crate::process::Key;
use crate::process::contract::{self, CONTRACT};
use crate::process::field::Value;
use crate::process::notification::{Lists, NOTIFICATION, WRITING, missing};
use crate::store::rows::{CaseDetail, CaseId};
use crate::text::Texts;

/// Columns of the names of the fields.
const LABEL: usize = 28;
/// The state of a contract that is in force.
const IN_FORCE: &str = "active";
/// What stands in the heading, or is nobody's to read.
const LEFT_OUT: &[&str] = &["party_gln", "opened_by", "submitted"];
/// What came after the sending, behind what the installer asked for.
const LATER: &[&str] = &["completed_on", "energised_on", "reason"];

/// The page on the screen: of a contract its step plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    /// Of which case.
    pub case: CaseId,
    /// First visible line.
    pub top: usize,
}

impl State {
    /// Its beginning.
    pub fn new(case: CaseId) -> Self {
        Self { case, top: 0 }
    }

    /// The lines of the page; none as long as the case was not read.
    pub fn lines(&self, world: &World, legal: DateTime<Utc>) -> Vec<String> {
        let printer = Printer {
            texts: &world.texts,
            lists: &world.lists,
            now: legal,
        };
        let loaded = world.case(self.case);
        let page = loaded.and_then(|loaded| printer.page(&loaded.detail));
        page.unwrap_or_default()
    }

    /// React to a command.
    pub fn press(
        &mut self,
        world: &World,
        pressed: Pressed,
        window: Window,
        now: DateTime<Utc>,
    ) -> Vec<Effect> {
        if pressed.id == Id::Back {
            return vec![Effect::Go(Route::Back)];
        }
        let count = self.lines(world, world.legal(now)).len();
        self.top = moved(pressed.id, self.top, count, window).unwrap_or(self.top);
        Vec::new()
    }
}

/// Whether the case under the cursor has a print version.
pub fn available(model: &Model) -> Result<(), Why> {
    let (_, row) = model.shown().ok_or(Why("no_case"))?;
    match row {
        Some(row) if row.process == NOTIFICATION.key => Ok(()),
        _ => Err(Why("no_notification")),
    }
}

/// Whether the case under the cursor is a contract whose customers have a step plan (FLU-20).
pub fn has_plan(model: &Model) -> Result<(), Why> {
    let (_, row) = model.shown().ok_or(Why("no_case"))?;
    match row {
        Some(row) if row.process != CONTRACT.key => Err(Why("no_contract")),
        Some(row) if row.state != IN_FORCE => Err(Why("contract_not_in_force")),
        Some(_) => Ok(()),
        None => Err(Why("no_case")),
    }
}

/// The address of the step plan of a contract that is in force.
pub fn step_plan(detail: &CaseDetail) -> Option<String> {
    let facts = &detail.facts;
    let is_in_force = facts.process == CONTRACT.key && facts.state == IN_FORCE;
    let number = facts.facts.get("company_number")?.as_code()?;
    let company = Kbo::parse(number).ok().filter(|_| is_in_force)?;
    Some(contract::step_plan(&company))
}

/// What a page is made with.
#[derive(Debug, Clone, Copy)]
pub struct Printer<'a> {
    /// Words.
    pub texts: &'a Texts,
    /// What installers choose from.
    pub lists: &'a Lists,
    /// Legal now.
    pub now: DateTime<Utc>,
}

impl Printer<'_> {
    /// The page; nothing of another process.
    pub fn page(&self, detail: &CaseDetail) -> Option<Vec<String>> {
        if detail.facts.process != NOTIFICATION.key {
            return None;
        }
        let mut lines = self.head(detail);
        let fields = NOTIFICATION.opening.fields.iter().map(|field| field.key);
        let fields = fields.filter(|key| !LEFT_OUT.contains(key));
        let keys: Vec<Key> = fields.chain(LATER.iter().copied()).collect();
        let is_writing = WRITING.contains(&detail.facts.state.as_str());
        let empty = if is_writing {
            missing(&detail.facts.facts)
        } else {
            Vec::new()
        };
        for section in ["work", "plant", "owner", "payer"] {
            let of_section = keys.iter().filter(|key| section_of(key) == section);
            let said: Vec<String> = of_section
                .flat_map(|key| self.field(detail, key, empty.contains(key)))
                .collect();
            if !said.is_empty() {
                lines.push(String::new());
                lines.push(self.texts.say(&format!("print.{section}")));
                lines.extend(said);
            }
        }
        Some(lines)
    }

    fn head(&self, detail: &CaseDetail) -> Vec<String> {
        let (texts, facts) = (self.texts, &detail.facts);
        let word = |key: &str| {
            let value = facts.facts.get(key);
            value.map_or_else(String::new, |value| self.value(detail, key, value))
        };
        let state = texts.say(&format!("state.{}.{}", facts.process, facts.state));
        let zone = Country::Se.zone();
        let at = say::at(texts, self.now, self.now, zone);
        let received = say::at(texts, detail.row.received_at, self.now, zone);
        let party = detail.party.as_ref();
        let party = party.map_or_else(String::new, |party| {
            format!("{} ({})", party.name, party.gln)
        });
        let values = [
            ("case", detail.row.case_no.as_str()),
            ("kind", &word("installation_type")),
            ("job", &word("job_type")),
            ("state", &state),
            ("at", &at),
            ("received", &received),
            ("party", &party),
        ];
        let keys = ["print.title", "print.what", "print.party", "print.made"];
        keys.map(|key| texts.fill(key, &values)).into()
    }

    /// A field in lines: its name before the first.
    fn field(&self, detail: &CaseDetail, key: &str, is_missing: bool) -> Vec<String> {
        let said = match detail.facts.facts.get(key) {
            Some(value) => self.value(detail, key, value),
            None if is_missing => self.texts.say("print.missing"),
            None => return Vec::new(),
        };
        let name = self.texts.say(&format!("field.{key}"));
        let rows = said.lines().enumerate().map(|(row, line)| {
            let name = if row == 0 { name.as_str() } else { "" };
            format!("  {name:LABEL$} {line}")
        });
        rows.collect()
    }

    fn value(&self, detail: &CaseDetail, key: &str, value: &Value) -> String {
        match value {
            Value::Text(text) => {
                let body = detail.texts.get(&text.text);
                body.map_or_else(|| self.texts.say("detail.erased"), Clone::clone)
            }
            Value::Code(code) => {
                let listed = self.lists.name(key, code, self.texts.lang());
                let known = || self.texts.find(&format!("choice.{key}.{code}"));
                let said = listed.or_else(|| known().map(str::to_owned));
                said.unwrap_or_else(|| code.clone())
            }
            Value::Number(number) => number.to_string(),
            Value::Bool(is) => {
                let word = if *is { "yes" } else { "no" };
                self.texts.say(&format!("choice.yes_no.{word}"))
            }
            Value::List(_) => String::new(),
        }
    }
}

fn section_of(key: &str) -> &'static str {
    const PLANT: &[&str] = &["ean", "meter_no", "technical_no", "meter_placement"];
    match key {
        _ if key.starts_with("owner_") => "owner",
        _ if key.starts_with("payer_") => "payer",
        _ if key.starts_with("plant_") || key.starts_with("fuse_") || PLANT.contains(&key) => {
            "plant"
        }
        _ => "work",
    }
}
