//! Master data that suppliers send, by file: each row becomes one of the list of updates, and a live
//! case of its metering point is told (DW-BAS-12, DW-BAS-26, DW-BAS-27). Nothing is thrown away.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use serde::Deserialize;
use uuid::Uuid;

use super::WashError;
use super::registers::masked;
use crate::domain::calendar::Calendars;
use crate::domain::fodselsnummer::Fodselsnummer;
use crate::domain::organisasjonsnummer::Organisasjonsnummer;
use crate::domain::sanitize;
use crate::exchange::import::refused::Refused;
use crate::exchange::import::table::{Column, Row, Table};
use crate::exchange::wash::{KEPT, LeftOut};
use crate::process::engine::{self, Actor, Answer, Answers, Context, Refusal};
use crate::process::field::Value;
use crate::store::case::Target;
use crate::store::rows::CaseId;
use crate::store::wash::UpdateTaken;
use crate::store::{Store, StoreError};
use crate::wash::given;

const fn column(name: &'static str, required: bool) -> Column {
    Column { name, required }
}

const COLUMNS: &[Column] = &[
    column("reference", true),
    column("metering_point_id", true),
    column("supplier_gln", false),
    column("kind", false),
    column("first_name", false),
    column("last_name", false),
    column("organisation_name", false),
    column("identifier", false),
];
/// Columns of a customer that an update may bring.
const DATA: &[&str] = &[
    "kind",
    "first_name",
    "last_name",
    "organisation_name",
    "identifier",
];

/// What became of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// Not known before.
    pub new: u64,
    /// Known already.
    pub known: u64,
    /// Cases that were told.
    pub cases: u64,
    /// Rows that were refused, the first [`KEPT`].
    pub left_out: Vec<LeftOut>,
    /// How many were refused.
    pub left_out_count: u64,
}

impl Taken {
    fn leave_out(&mut self, line: u64, why: Refused) {
        self.left_out_count += 1;
        if self.left_out.len() < KEPT {
            self.left_out.push(LeftOut { line, why });
        }
    }
}

/// Reads a file of updates. A row that cannot be taken is left out with its line, the rest come in.
pub async fn read(store: &Store, path: &Path) -> Result<Taken, WashError> {
    let failed = |error| WashError::Table(path.to_owned(), error);
    let input = File::open(path)?;
    let mut table = Table::open(BufReader::new(input), COLUMNS).map_err(failed)?;
    let mut taken = Taken::default();
    while let Some(row) = table.read()? {
        let given = row.and_then(|row| {
            let given = check(&row).and_then(|()| of(&row).shaped());
            given
                .map(|given| (row.line, given))
                .map_err(|why| (row.line, why))
        });
        match given {
            Ok((line, given)) => match put(store, &given).await {
                Ok(true) => taken.new += 1,
                Ok(false) => taken.known += 1,
                Err(StoreError::Refused(refusal)) if refusal.key != "role_required" => {
                    taken.leave_out(line, refusal.into());
                }
                Err(StoreError::Bug(why)) => {
                    tracing::error!(line, why, "an update cannot be taken");
                    taken.leave_out(line, Refused::new("not_taken"));
                }
                Err(error) => return Err(error.into()),
            },
            Err((line, why)) => taken.leave_out(line, why),
        }
    }
    taken.cases = tell_waiting(store).await?;
    Ok(taken)
}

fn check(row: &Row) -> Result<(), Refused> {
    let is_code = |c: char| c.is_ascii_alphanumeric() || "-_./:".contains(c);
    for column in ["reference", "metering_point_id"] {
        let value = row.get(column);
        if value.is_empty() {
            return Err(Refused::new("empty").with_ours("column", column));
        }
        if value.len() > 64 || !value.chars().all(is_code) {
            return Err(Refused::new("too_wide")
                .with_ours("column", column)
                .with("value", value));
        }
    }
    let mut wide = DATA.iter().chain(&["supplier_gln"]);
    if let Some(column) = wide.find(|column| row.get(column).len() > 200) {
        return Err(Refused::new("too_wide")
            .with_ours("column", column)
            .with("value", row.get(column)));
    }
    if DATA.iter().all(|column| row.get(column).is_empty()) {
        return Err(Refused::new("empty").with_ours("column", "identifier"));
    }
    Ok(())
}

/// A row of a file, as it was given.
fn of(row: &Row) -> Given {
    let filled = DATA.iter().filter(|column| !row.get(column).is_empty());
    Given {
        reference: row.get("reference").to_owned(),
        metering_point_id: row.get("metering_point_id").to_owned(),
        supplier_gln: row.get("supplier_gln").to_owned(),
        data: filled
            .map(|column| ((*column).to_owned(), row.get(column).to_owned()))
            .collect(),
    }
}

/// An update as a system sends it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Given {
    /// What the sender calls it; the same reference twice of one supplier is one update.
    pub reference: String,
    /// The metering point.
    pub metering_point_id: String,
    /// GLN of the supplier.
    #[serde(default)]
    pub supplier_gln: String,
    /// Columns of the customer.
    #[serde(flatten)]
    pub data: BTreeMap<String, String>,
}

/// Longest value of a column, in characters.
const VALUE_LIMIT: usize = 200;

impl Given {
    /// The columns that an update may bring, without control characters; the others are passed over.
    #[must_use]
    pub fn clean(mut self) -> Self {
        self.data
            .retain(|column, _| DATA.contains(&column.as_str()));
        for value in self.data.values_mut() {
            let clean = sanitize::clean(value);
            *value = clean.trim().chars().take(VALUE_LIMIT).collect();
        }
        self.data.retain(|_, value| !value.is_empty());
        self
    }

    /// In the form in which it is compared with our own row: numbers as digits, the kind as one of two
    /// words. Refused when the number is none, or one of the other kind (DW-GEN-06).
    pub fn shaped(mut self) -> Result<Self, Refused> {
        self.supplier_gln.retain(|c| c.is_ascii_digit());
        let kind = self.data.get_mut("kind").map(kind_word).transpose()?;
        let numbered = self.data.get_mut("identifier").map(number).transpose()?;
        match (kind, numbered) {
            (Some(said), Some(numbered)) if said != numbered => {
                Err(Refused::new("kind_and_number").by("DW-GEN-06"))
            }
            _ => Ok(self),
        }
    }
}

fn kind_word(text: &mut String) -> Result<&'static str, Refused> {
    let known = given::kind_said(text).ok_or_else(|| {
        let refused = Refused::new("word").with_ours("column", "kind");
        let refused = refused.with_ours("words", "private business");
        refused.with("value", text)
    })?;
    known.clone_into(text);
    Ok(known)
}

/// Puts a number into its digits; gives whose it is, a person's or a business's.
fn number(text: &mut String) -> Result<&'static str, Refused> {
    let bare = given::number(text).into_owned();
    let whose = if Fodselsnummer::read(&bare).is_ok() {
        "private"
    } else if Organisasjonsnummer::parse(&bare).is_ok() {
        "business"
    } else {
        let refused = Refused::new("register_number").with_ours("column", "identifier");
        return Err(refused.with("value", &masked(text)));
    };
    *text = bare;
    Ok(whose)
}

/// Takes one in: whether it is new. A live case of its point is told by [`tell_waiting`].
pub async fn put(store: &Store, given: &Given) -> Result<bool, StoreError> {
    let (reference, point) = (&given.reference, &given.metering_point_id);
    let put = store.wash_update_put(reference, point, &given.supplier_gln, &given.data);
    Ok(put.await?.new)
}

/// Tells live cases of the update whose turn it is: one that came in, one that came before the case,
/// and the next one when the first has ended. Gives how many cases were told; one that is written to in
/// this moment is told the next time.
pub async fn tell_waiting(store: &Store) -> Result<u64, StoreError> {
    let (mut after, mut told) = (0, 0);
    let mut calendars = None;
    loop {
        let waiting = store.wash_updates_untold(after).await?;
        let Some(last) = waiting.last() else {
            return Ok(told);
        };
        after = last.update_id;
        if calendars.is_none() {
            calendars = Some(store.calendars().await?);
        }
        for (put, calendars) in waiting.iter().zip(calendars.iter().cycle()) {
            told += u64::from(tell(store, calendars, put).await?);
        }
    }
}

async fn tell(store: &Store, calendars: &Calendars, put: &UpdateTaken) -> Result<bool, StoreError> {
    let (Some(case), Some(case_id), Some(version)) = (&put.case, put.case_id, put.version) else {
        return Ok(false);
    };
    let context = Context {
        now: store.legal_now().await?,
        actor: Actor::System,
        calendars,
        command: Uuid::now_v7(),
    };
    let said = [
        ("inbound_update", put.update_id.to_string()),
        ("update_names", put.names.clone().unwrap_or_default()),
    ];
    let given = said.map(|(key, word)| (key.to_owned(), Answer::Value(Value::Code(word))));
    let given = Answers::from(given);
    let action = if case.state == "awaiting_kraft" {
        "grunndata_update_received"
    } else {
        "inbound_update_from_kraft"
    };
    let refused = |refusal: &Refusal| {
        tracing::warn!(
            case = case_id,
            refusal = refusal.key,
            "an update waits in the list"
        );
    };
    let change = match engine::step(case, action, &given, &context) {
        Ok(change) => change,
        Err(refusal) => {
            refused(&refusal);
            return Ok(false);
        }
    };
    let target = Target {
        case_id: CaseId(case_id),
        fence: None,
        version,
    };
    match store
        .case_apply(context.command, None, target, &change)
        .await
    {
        Ok(_) => Ok(true),
        // somebody works on it in this moment: the list has the update, and the next look tells
        Err(StoreError::Stale) => Ok(false),
        Err(StoreError::Refused(refusal)) => {
            refused(&refusal);
            Ok(false)
        }
        Err(error) => Err(error),
    }
}
