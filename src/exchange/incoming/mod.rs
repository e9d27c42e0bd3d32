//! What other systems tell us: acknowledgements of orders, a customer's own request, and that a
//! payment has changed. It comes over HTTP ([`server`]) or as files ([`directory`]); both read the
//! same objects and give them to one [`Handler`].
//!
//! This module must not know: cases, SQL.

pub mod directory;
pub mod server;

use std::future::Future;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::payment::PaymentId;
use super::trouble::short;
use super::washing::updates;
use crate::text::Texts;

pub use directory::Directory;
pub use server::{Limits, Server, Token};

/// The largest object that is read, in bytes.
pub const SIZE_LIMIT: usize = 64 * 1024;
/// Longest number of a case, kind and reference, in characters.
const WORD_LIMIT: usize = 64;
/// Longest reason.
const REASON_LIMIT: usize = 500;
/// Processes that a customer, or an installer's system, can begin.
const REQUESTS: &[&str] = &["prio", "tlm", "notification"];

/// Something that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// A payment may have changed: it is fetched before anything is done.
    Payment(PaymentId),
    /// How an order stands.
    Acknowledgement(Acknowledgement),
    /// A customer's own request, or a notification of an installer's system.
    Request(Request),
    /// Master data that a supplier sends (DW-BAS-12).
    Update(updates::Given),
}

/// How an order stands with the one who carries it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    /// Number of the case.
    pub case_no: String,
    /// Kind of the message that is acknowledged: `order_gsa`.
    pub kind: String,
    /// What the other side calls it; with kind and status what tells repetitions.
    pub reference: String,
    /// How it stands.
    pub status: OrderStatus,
    /// Why it was not done.
    pub reason: Option<String>,
    /// When that was so.
    pub at: DateTime<Utc>,
    /// Key of the order that it is about, as it was sent; where it is told, it tells visits apart.
    pub key: Option<String>,
}

/// How an order stands (`formats.md` 5.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Taken over.
    Created,
    /// A fitter has it.
    Planned,
    /// The fitter is there.
    OnSite,
    /// Carried out.
    Done,
    /// Not carried out; the reason says why.
    NotDone,
}

/// A customer's own request, at whatever step it stands: one line as the import of cases reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `prio`, `tlm` or `notification`.
    pub process: String,
    /// What the sender calls it; the same reference twice is one case.
    pub reference: String,
    /// The object on one line, for [`crate::exchange::import`].
    pub line: String,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It has had its effect.
    Taken,
    /// The same, but for values that could not be taken; each with its reason in words. `is_known`: it
    /// came before.
    TakenBut {
        /// Whether it came before, and has had no second effect.
        is_known: bool,
        /// Why each of those values was left out.
        left_out: Vec<String>,
    },
    /// It came before, and has no second effect.
    Known,
    /// It has none and will have none, for this reason.
    Refused(String),
    /// Not now: the database is away. The sender keeps it.
    Later,
}

/// Who acts on what comes in. It may come more than once: the handler knows repetitions.
pub trait Handler: Send + Sync + 'static {
    /// Acts on it.
    fn take(&self, incoming: Incoming) -> impl Future<Output = Verdict> + Send;
}

/// Why something is refused before anybody acts. `key` names the text (`incoming.<key>`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {args:?}")]
pub struct Unreadable {
    /// Which mistake.
    pub key: &'static str,
    /// Values for the text, cleaned.
    pub args: Vec<(&'static str, String)>,
}

impl Unreadable {
    fn new(key: &'static str) -> Self {
        let args = Vec::new();
        Self { key, args }
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.args.push((name, short(value)));
        self
    }

    /// In words.
    pub fn words(&self, texts: &Texts) -> String {
        let args: Vec<(&str, &str)> = self.args.iter().map(|(n, v)| (*n, v.as_str())).collect();
        texts.fill(&format!("incoming.{}", self.key), &args)
    }
}

/// An acknowledgement, a request or an update: an object with `case_no`, `process`, `metering_point_id`
/// alone.
pub fn read(bytes: &[u8]) -> Result<Incoming, Unreadable> {
    let object = object(bytes)?;
    match (
        object.contains_key("case_no"),
        object.contains_key("process"),
    ) {
        (true, false) => acknowledgement(bytes),
        (false, true) => request(object),
        (false, false) if object.contains_key("metering_point_id") => update(bytes),
        _ => Err(Unreadable::new("neither")),
    }
}

/// An acknowledgement and nothing else.
pub fn acknowledgement(bytes: &[u8]) -> Result<Incoming, Unreadable> {
    #[derive(Deserialize)]
    struct Given {
        case_no: String,
        kind: String,
        reference: String,
        status: OrderStatus,
        reason: Option<String>,
        at: DateTime<Utc>,
        key: Option<String>,
    }
    let given: Given = serde_json::from_slice(bytes).map_err(|error| garbled(&error))?;
    let reason = given.reason.map(|reason| {
        let reason = crate::domain::sanitize::clean(&reason).into_owned();
        reason.trim().chars().take(REASON_LIMIT).collect::<String>()
    });
    let reason = reason.filter(|reason| !reason.is_empty());
    if given.status == OrderStatus::NotDone && reason.is_none() {
        return Err(Unreadable::new("no_reason"));
    }
    Ok(Incoming::Acknowledgement(Acknowledgement {
        case_no: plain("case_no", &given.case_no)?,
        kind: plain("kind", &given.kind)?,
        reference: plain("reference", &given.reference)?,
        status: given.status,
        reason,
        at: given.at,
        key: given.key.map(|key| plain("key", &key)).transpose()?,
    }))
}

/// Master data of a supplier and nothing else.
pub fn update(bytes: &[u8]) -> Result<Incoming, Unreadable> {
    let given: updates::Given = serde_json::from_slice(bytes).map_err(|error| garbled(&error))?;
    plain("reference", &given.reference)?;
    plain("metering_point_id", &given.metering_point_id)?;
    let given = given.clean();
    if given.data.is_empty() {
        return Err(Unreadable::new("no_data"));
    }
    Ok(Incoming::Update(given))
}

/// A customer's request and nothing else.
pub fn customer_request(bytes: &[u8]) -> Result<Incoming, Unreadable> {
    request(object(bytes)?)
}

fn request(object: Map<String, Json>) -> Result<Incoming, Unreadable> {
    let text = |name: &str| object.get(name).and_then(Json::as_str).unwrap_or_default();
    let process = text("process");
    if !REQUESTS.contains(&process) {
        return Err(Unreadable::new("process").with("process", process));
    }
    Ok(Incoming::Request(Request {
        process: process.to_owned(),
        reference: plain("reference", text("reference"))?,
        line: Json::Object(object).to_string(),
    }))
}

fn object(bytes: &[u8]) -> Result<Map<String, Json>, Unreadable> {
    serde_json::from_slice(bytes).map_err(|error| garbled(&error))
}

/// A word that names something: no spaces, no control characters, not long.
fn plain(column: &'static str, text: &str) -> Result<String, Unreadable> {
    let is_plain = text.chars().all(|c| c.is_ascii_graphic());
    if text.is_empty() || !is_plain || text.len() > WORD_LIMIT {
        return Err(Unreadable::new("word").with("column", column));
    }
    Ok(text.to_owned())
}

/// Where it goes wrong; what stands there is not repeated.
fn garbled(error: &serde_json::Error) -> Unreadable {
    let place = format!("{}:{}", error.line(), error.column());
    Unreadable::new("garbled").with("place", &place)
}

/// The id in the form that a payment service sends: `id=tr_…` among other pairs.
pub fn webhook(body: &[u8]) -> Result<Incoming, Unreadable> {
    let wrong = || Unreadable::new("webhook");
    let body = std::str::from_utf8(body).map_err(|_| wrong())?;
    let mut pairs = body
        .trim()
        .split('&')
        .filter_map(|pair| pair.split_once('='));
    let id = pairs.find(|(name, _)| *name == "id").map(|(_, id)| id);
    // an id consists of what is never written as %XX, but for the underline
    let id = id
        .ok_or_else(wrong)?
        .replace("%5F", "_")
        .replace("%5f", "_");
    let id = PaymentId::parse(&id).map_err(|_| wrong())?;
    Ok(Incoming::Payment(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told() -> Json {
        json!({"case_no": "PR-2026-000123", "kind": "order_gsa", "reference": "WO-77",
            "status": "not_done", "reason": "niet\u{1b}[2J thuis", "at": "2026-11-16T09:00:00+01:00"})
    }

    #[test]
    fn an_acknowledgement_is_typed_and_clean() {
        let Ok(Incoming::Acknowledgement(read)) = read(told().to_string().as_bytes()) else {
            panic!("an acknowledgement is one");
        };
        assert_eq!(read.status, OrderStatus::NotDone);
        assert_eq!(read.reason.as_deref(), Some("niet thuis"));
        assert_eq!(read.at.to_rfc3339(), "2026-11-16T08:00:00+00:00");
    }

    #[test]
    fn what_lacks_something_is_refused_by_name() {
        for (name, value, key) in [
            ("status", json!("finished"), "garbled"),
            ("status", json!(3), "garbled"),
            ("reason", json!("\u{1b}[2J"), "no_reason"),
            ("reason", json!(null), "no_reason"),
            ("reference", json!(""), "word"),
            ("case_no", json!("a b"), "word"),
            ("kind", json!("x".repeat(65)), "word"),
            ("at", json!("2026-11-16T09:00:00"), "garbled"),
            ("process", json!("prio"), "neither"),
        ] {
            let mut object = told();
            object[name] = value;
            let refused = read(object.to_string().as_bytes()).unwrap_err();
            assert_eq!(refused.key, key, "{name}");
        }
    }

    #[test]
    fn a_request_is_one_line_for_the_import() {
        let text = "{\"process\": \"prio\",\n \"reference\": \"P-1\", \"step\": \"meter\"}";
        let Ok(Incoming::Request(request)) = read(text.as_bytes()) else {
            panic!("a request is one");
        };
        assert_eq!(
            (request.process.as_str(), request.reference.as_str()),
            ("prio", "P-1")
        );
        assert!(!request.line.contains('\n'));
        let other = br#"{"process": "doubt", "reference": "P-1"}"#;
        assert_eq!(read(other).unwrap_err().key, "process");
    }

    /// DW-BAS-12: an update names its point and brings columns of a customer, and nothing else of it is
    /// kept; without any it is refused.
    #[test]
    fn dw_bas_12_an_update_is_typed_and_clean() {
        let text = r#"{"reference": "KL-7", "metering_point_id": "707057500100000017",
            "supplier_gln": "7080000000001", "last_name": " Nord\u001b[2Jby ", "password": "x"}"#;
        let Ok(Incoming::Update(update)) = read(text.as_bytes()) else {
            panic!("an update is one");
        };
        let data: Vec<_> = update.data.iter().collect();
        assert_eq!(data, [(&"last_name".to_owned(), &"Nordby".to_owned())]);
        for (more, key) in [
            ("", "no_data"),
            (r#", "last_name": "\u001b[2J""#, "no_data"),
            (r#", "last_name": 7"#, "garbled"),
        ] {
            let text = format!(r#"{{"reference": "KL-7", "metering_point_id": "7070"{more}}}"#);
            assert_eq!(read(text.as_bytes()).unwrap_err().key, key, "{more}");
        }
        let heir = r#"{"reference": "KL-7", "metering_point_id": "7070", "kind": "heir"}"#;
        let Ok(Incoming::Update(update)) = read(heir.as_bytes()) else {
            panic!("an update is one");
        };
        assert_eq!(update.shaped().unwrap_err().text, "import.refused.word");
    }

    #[test]
    fn a_webhook_is_an_id_and_nothing_else() {
        let id = |body: &[u8]| webhook(body).ok();
        let payment = Incoming::Payment(PaymentId::parse("tr_abc1").unwrap());
        assert_eq!(id(b"id=tr_abc1"), Some(payment.clone()));
        assert_eq!(id(b"x=1&id=tr%5Fabc1\r\n"), Some(payment));
        for wrong in [
            &b""[..],
            b"id=",
            b"id=1",
            b"tr_abc1",
            b"id=tr_a/b",
            b"\xff\xfe",
        ] {
            assert_eq!(id(wrong), None);
        }
    }
}
