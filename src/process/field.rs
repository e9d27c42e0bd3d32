//! Fields: what an action asks. One table of kinds serves forms, command line, imports and checks.

use serde::{Deserialize, Serialize};

use super::Key;

/// One field.
#[derive(Debug)]
pub struct Field {
    /// Its name; texts: `field.<key>`, help: `field.<key>.help`.
    pub key: Key,
    /// What it takes.
    pub kind: FieldKind,
    /// Whether it must be filled.
    pub required: Required,
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
    /// A key, a code or an instant (RFC 3339, UTC).
    Code(String),
}

/// A reference to an erasable text: what an event may hold of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextRef {
    /// Number of the row.
    pub text: uuid::Uuid,
    /// Hex digest of the UTF-8 body.
    pub sha256: String,
}
