//! Fields: what an action asks. One table of kinds serves forms, command line, imports and checks.
//!
//! This module must not know: processes, cases, the present time.

mod parse;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use super::Key;
use crate::domain::form::Part;

/// One field.
#[derive(Debug)]
pub struct Field {
    /// Its name; texts: `field.<key>`, help: `field.<key>.help`.
    pub key: Key,
    /// What it takes.
    pub kind: FieldKind,
    /// Whether it must be filled.
    pub required: Required,
    /// What a form proposes, as a person would type it.
    pub preset: Option<&'static str>,
    /// Whether it is asked, or follows from another answer of the form.
    pub asked: Asked,
    /// The fact whose value a form proposes; of a text the caller finds the words.
    pub like: Option<Key>,
    /// Of a field of a form that is data: its labels, unit and range.
    pub part: Option<&'static Part>,
}

/// Whether people are asked for a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// They are.
    Yes,
    /// It follows from what they answer elsewhere: no form shows it.
    Derived,
}

impl Field {
    /// A field that must be filled.
    pub const fn always(key: Key, kind: FieldKind) -> Self {
        Self::new(key, kind, Required::Always)
    }

    /// A field that may stay empty.
    pub const fn optional(key: Key, kind: FieldKind) -> Self {
        Self::new(key, kind, Required::No)
    }

    /// An instant to come, that must be said: the present is no answer to it.
    pub const fn ahead(key: Key) -> Self {
        Self {
            preset: Some(""),
            ..Self::always(key, FieldKind::Instant)
        }
    }

    /// Whether it is the present when it is left out.
    pub fn is_now_by_default(&self) -> bool {
        let is_instant = self.kind == FieldKind::Instant && self.preset.is_none();
        is_instant && self.required == Required::Always
    }

    /// Whether an answer to it is about one customer or one metering point, so that it is never that of
    /// other cases too: a name, a number, and what a customer said (DW-A02-7, DW-A03-8, DW-A01-10) or
    /// what two rows of one person have alike (DW-A01-6).
    pub fn names_one(&self) -> bool {
        const OF_ONE: [Key; 17] = [
            "consent",
            "kept_identity",
            "customer_contacted",
            "customer_agrees",
            "customer_confirms",
            "person_consents",
            "agreed_on",
            "one_without_fnr",
            "same_birth_date",
            "nearly_equal",
            "found_first_name",
            "found_last_name",
            "found_name",
            "survivor",
            "loser",
            "inbound_update",
            "process_ref",
        ];
        OF_ONE.contains(&self.key)
            || matches!(
                self.kind,
                FieldKind::Customer
                    | FieldKind::Ean
                    | FieldKind::PersonNumber
                    | FieldKind::CompanyNumber
                    | FieldKind::NationalNumber
                    | FieldKind::DNumber
                    | FieldKind::EnterpriseNumber
            )
    }

    /// A field without a proposal.
    pub const fn new(key: Key, kind: FieldKind, required: Required) -> Self {
        Self {
            key,
            kind,
            required,
            preset: None,
            asked: Asked::Yes,
            like: None,
            part: None,
        }
    }

    /// … for which a form proposes what the case has for that fact.
    #[must_use]
    pub const fn like(self, fact: Key) -> Self {
        Self {
            like: Some(fact),
            ..self
        }
    }

    /// A field that no form shows: it follows from another answer.
    pub const fn derived(key: Key, kind: FieldKind) -> Self {
        Self {
            asked: Asked::Derived,
            ..Self::optional(key, kind)
        }
    }
}

/// When a field must be filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Required {
    /// Always.
    Always,
    /// Never.
    No,
    /// When that yes/no or choice field of the same form has this value (`yes` for yes/no).
    If(Key, &'static str),
    /// When that choice or yes/no field of the same form has one of these values.
    IfAny(Key, &'static [Key]),
    /// When that other field of the same form is empty; the rule that says so.
    IfEmpty(Key, &'static str),
}

/// The kinds of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// One line of free text; stored as an erasable text, never in an event.
    Line,
    /// Several lines of free text; stored as an erasable text, never in an event.
    Note,
    /// One of these keys; texts: `choice.<field>.<key>`.
    Choice(&'static [Key]),
    /// Yes or no.
    YesNo,
    /// A local date and time, stored as an instant; `now` when left empty and required.
    Instant,
    /// A local day, stored as `YYYY-MM-DD`.
    Date,
    /// A time of the local day, stored as `HH:MM`.
    Time,
    /// An amount in the currency of the process' country, stored as `EUR 1250.50`.
    Money,
    /// 18 digits with check digit.
    Ean,
    /// 13 digits with check digit: a party of the register.
    Party,
    /// A person of the party's contact group, by the number of its row.
    Contact,
    /// A customer by reference.
    Customer,
    /// A short code without personal data, at most 64 characters.
    Code,
    /// A number with its decimals, stored as it is written, as `3.68`; unit and range stand in its form.
    Number,
    /// What stands on a meter, in any spelling; stored in the one of `domain::meter_number`.
    MeterNumber,
    /// A block of time of the planning, by the number of its row.
    Slot,
    /// A Dutch postcode; stored as an erasable text in the one spelling of `domain::postcode`.
    Postcode,
    /// A Dutch house number in any usual spelling; stored as an erasable text in the one spelling of
    /// `domain::house_number`.
    HouseNumber,
    /// A Swedish personal or coordination number; stored as an erasable text.
    PersonNumber,
    /// A Swedish organisation number, or the personal number of a sole trader; stored as an erasable
    /// text.
    CompanyNumber,
    /// A Norwegian national identity number or D-number; stored as an erasable text.
    NationalNumber,
    /// A Norwegian D-number and nothing else (DW-I01-14); stored as an erasable text.
    DNumber,
    /// A Norwegian organisation number that is not made up (DW-I02-11); stored as an erasable text.
    EnterpriseNumber,
    /// A Belgian enterprise number with right check digits; stored as ten digits.
    Enterprise,
    /// A running run of this clock, by its number: one of several promises.
    Run(Key),
    /// Several values of one kind (no notes, no lists), typed one a line; at least one, at most
    /// [`LIST_MAX`].
    List(&'static FieldKind),
}

/// Most values of a list; of texts less, since a change holds at most 20 of them.
pub const LIST_MAX: usize = 50;
/// Most texts of a list.
pub const LIST_TEXTS_MAX: usize = 16;

impl FieldKind {
    /// Its name in one word, as the database and the command line show it.
    pub const fn name(self) -> Key {
        match self {
            Self::Line => "line",
            Self::Note => "note",
            Self::Choice(_) => "choice",
            Self::YesNo => "yes_no",
            Self::Instant => "instant",
            Self::Date => "date",
            Self::Ean => "ean",
            Self::Party => "party",
            Self::Contact => "contact",
            Self::Customer => "customer",
            Self::Code => "code",
            Self::MeterNumber => "meter_number",
            Self::Time => "time",
            Self::Money => "money",
            Self::Run(_) => "run",
            Self::List(_) => "list",
            Self::Number => "number",
            Self::Slot => "slot",
            Self::Postcode => "postcode",
            Self::HouseNumber => "house_number",
            Self::PersonNumber => "person_number",
            Self::CompanyNumber => "company_number",
            Self::NationalNumber => "national_number",
            Self::DNumber => "d_number",
            Self::EnterpriseNumber => "enterprise_number",
            Self::Enterprise => "enterprise",
        }
    }

    /// Whether its answers are free texts, stored apart from the event.
    pub const fn is_text(self) -> bool {
        matches!(
            self,
            Self::Line
                | Self::Note
                | Self::Postcode
                | Self::HouseNumber
                | Self::PersonNumber
                | Self::CompanyNumber
                | Self::NationalNumber
                | Self::DNumber
                | Self::EnterpriseNumber
        )
    }

    /// The kind of one value: of a list what it lists.
    #[must_use]
    pub const fn of_one(self) -> Self {
        match self {
            Self::List(kind) => *kind,
            kind => kind,
        }
    }
}

/// The value of a field or a fact: what may stand in an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Yes or no.
    Bool(bool),
    /// A count or the number of a row.
    Number(i64),
    /// A text that is stored elsewhere.
    Text(TextRef),
    /// A key, a code, a day (`YYYY-MM-DD`), a time (`HH:MM`), an amount (`EUR 12.50`) or an instant
    /// (RFC 3339, UTC).
    Code(String),
    /// Several of one kind.
    List(Vec<Value>),
}

impl Value {
    /// An instant as it stands in events: RFC 3339, UTC, no more digits than needed.
    pub fn instant(at: DateTime<Utc>) -> Self {
        Self::Code(at.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }

    /// The instant in it, if it is one.
    pub fn as_instant(&self) -> Option<DateTime<Utc>> {
        let Self::Code(text) = self else { return None };
        DateTime::parse_from_rfc3339(text)
            .ok()
            .map(|at| at.with_timezone(&Utc))
    }

    /// The values in it: those of a list, else itself alone.
    pub fn all(&self) -> &[Self] {
        match self {
            Self::List(values) => values,
            one => std::slice::from_ref(one),
        }
    }

    /// Whether an event would hold free text for it: by reference, alone or in a list.
    pub fn has_text(&self) -> bool {
        self.all().iter().any(|one| matches!(one, Self::Text(_)))
    }

    /// The key, code, day or instant in it, if it is one.
    pub fn as_code(&self) -> Option<&str> {
        match self {
            Self::Code(code) => Some(code),
            _ => None,
        }
    }

    /// A word of a table: `yes` and `no` are yes/no, everything else a key.
    pub fn word(word: &str) -> Self {
        match word {
            "yes" => Self::Bool(true),
            "no" => Self::Bool(false),
            key => Self::Code(key.to_owned()),
        }
    }

    /// Whether it is that word of a table.
    pub fn is(&self, word: &str) -> bool {
        match self {
            Self::Bool(yes) => word == if *yes { "yes" } else { "no" },
            Self::Code(code) => code == word,
            Self::Number(_) | Self::Text(_) | Self::List(_) => false,
        }
    }
}

/// A reference to an erasable text: what an event may hold of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextRef {
    /// Number of the row.
    pub text: uuid::Uuid,
    /// Hex digest of the UTF-8 body.
    pub sha256: String,
}
