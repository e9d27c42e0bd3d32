//! Cases for findings that a person must decide: the opening is that of the process, a hundred in one
//! transaction, so that the feed of the desks never waits long.

use std::sync::Arc;

use uuid::Uuid;

use super::WashError;
use crate::domain::calendar::Calendars;
use crate::process::engine::{self, Actor, Answer, Answers, Change, Context};
use crate::process::field::Value;
use crate::process::wash::WASH;
use crate::store::wash::{ToOpen, WashImport};
use crate::store::{Store, StoreError};

/// Opens what needs a case. A finding of which the process will not have one is left, and said in the
/// log.
pub async fn open_all(store: &Store, import: &mut WashImport, run: i64) -> Result<(), WashError> {
    let calendars = Arc::new(store.calendars().await?);
    let mut after = 0;
    loop {
        let found = import.to_open(after).await?;
        let Some(last) = found.last() else {
            return Ok(());
        };
        after = last.finding_id;
        let now = store.legal_now().await?;
        let cases: Vec<(i64, Change)> = found
            .iter()
            .filter_map(|one| change(one, now, &calendars).map(|change| (one.finding_id, change)))
            .collect();
        import.open(run, &cases).await?;
    }
}

fn change(
    one: &ToOpen,
    now: chrono::DateTime<chrono::Utc>,
    calendars: &Calendars,
) -> Option<Change> {
    let context = Context {
        now,
        actor: Actor::System,
        calendars,
        command: Uuid::now_v7(),
    };
    match engine::open(&WASH, now, &answers(one), &context) {
        Ok(change) => Some(change),
        Err(refusal) => {
            tracing::warn!(
                finding = one.finding_id,
                refusal = refusal.key,
                "no case opened"
            );
            None
        }
    }
}

fn answers(one: &ToOpen) -> Answers {
    let mut given = Answers::new();
    let mut put = |key: &str, word: &str| {
        if !word.is_empty() {
            let value = Value::Code(word.to_owned());
            given.insert(key.to_owned(), Answer::Value(value));
        }
    };
    put("wash_code", &one.code.to_lowercase());
    put("wash_origin", &one.origin);
    put("point", &plain(&one.point));
    if one.valid {
        put("ean", &one.point);
    }
    put(
        "computed_point",
        one.computed.as_deref().unwrap_or_default(),
    );
    put("finding", &one.finding_id.to_string());
    put("wash_side", &one.side);
    put("wash_proposal", &one.proposal);
    put(
        "confidence",
        &format!("{}.{:02}", one.confidence / 100, one.confidence % 100),
    );
    put(
        "customer_ref",
        one.customer_ref.as_deref().unwrap_or_default(),
    );
    put("party_gln", one.supplier.as_deref().unwrap_or_default());
    put("file_ref", &one.file_ref);
    if one.counterpart {
        given.insert(
            "counterpart_known".to_owned(),
            Answer::Value(Value::Bool(true)),
        );
    }
    given
}

/// A number that is none may be anything; a case shows what can be shown as a code.
fn plain(point: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:".contains(c);
    let shown: String = point
        .chars()
        .map(|c| if is_plain(c) { c } else { '_' })
        .collect();
    if shown.is_empty() {
        "-".to_owned()
    } else {
        shown
    }
}

impl From<WashError> for StoreError {
    fn from(error: WashError) -> Self {
        match error {
            WashError::Store(error) => error,
            other => Self::Bug(other.to_string()),
        }
    }
}
