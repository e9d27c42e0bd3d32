//! Cases for findings that a person must decide: the opening is that of the process, some hundreds in one
//! transaction, so that the feed of the desks never waits long.

use std::sync::Arc;

use uuid::Uuid;

use super::WashError;
use crate::domain::calendar::Calendars;
use crate::process::engine::{self, Actor, Answer, Answers, Change, Context};
use crate::process::field::Value;
use crate::process::wash::WASH;
use crate::store::wash::{ToOpen, WashImport, Which};
use crate::store::{Store, StoreError};

/// Opens what needs a case. A finding of which the process will not have one is left, and said in the
/// log.
pub async fn open_all(store: &Store, import: &mut WashImport, run: i64) -> Result<(), WashError> {
    open_some(store, import, Some(run), Which::All).await?;
    Ok(())
}

/// Opens what lost its repair since the last run, as when a correction was taken back; gives how many.
/// While somebody imports that one does it.
pub async fn open_left(store: &Store) -> Result<u64, StoreError> {
    if !store.wash_has_left().await? {
        return Ok(0);
    }
    let mut import = match store.wash_import().await {
        Err(StoreError::Refused(refusal)) if refusal.key == "wash_running" => return Ok(0),
        import => import?,
    };
    Ok(open_some(store, &mut import, None, Which::Left).await?)
}

async fn open_some(
    store: &Store,
    import: &mut WashImport,
    run: Option<i64>,
    which: Which,
) -> Result<u64, WashError> {
    let calendars = Arc::new(store.calendars().await?);
    let (mut after, mut opened) = (0, 0);
    loop {
        let found = import.to_open(after, which).await?;
        let Some(last) = found.last() else {
            return Ok(opened);
        };
        after = last.finding_id;
        let now = store.legal_now().await?;
        let cases: Vec<(i64, Change)> = found
            .iter()
            .filter_map(|one| change(one, now, &calendars).map(|change| (one.finding_id, change)))
            .collect();
        open(import, run, &cases).await?;
        opened += cases.len() as u64;
    }
}

/// Opens a chunk; when one of it is refused, each for itself.
async fn open(
    import: &mut WashImport,
    run: Option<i64>,
    cases: &[(i64, Change)],
) -> Result<(), StoreError> {
    match import.open(run, cases).await {
        Ok(_) => return Ok(()),
        Err(StoreError::Refused(_) | StoreError::Bug(_) | StoreError::Stale) => {}
        Err(error) => return Err(error),
    }
    for (finding, change) in cases {
        let one = (*finding, change.clone());
        match import.open(run, &[one]).await {
            Ok(_) => {}
            Err(StoreError::Refused(refusal)) => {
                tracing::warn!(finding, refusal = refusal.key, "no case opened");
            }
            Err(StoreError::Bug(why)) => tracing::error!(finding, why, "no case opened"),
            Err(error) => return Err(error),
        }
    }
    Ok(())
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
        if is_word(word) {
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
    put("wash_trouble", one.trouble.as_deref().unwrap_or_default());
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
    let shown = point.chars().take(64);
    let shown: String = shown.map(|c| if is_plain(c) { c } else { '_' }).collect();
    if is_word(&shown) {
        shown
    } else {
        format!("p{shown}").chars().take(64).collect()
    }
}

/// What an event may hold of a file: a short code that begins with a letter or a digit.
fn is_word(text: &str) -> bool {
    let is_one = |c: char| c.is_ascii_alphanumeric() || "-_./:+ ".contains(c);
    text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(is_one)
}

impl From<WashError> for StoreError {
    fn from(error: WashError) -> Self {
        match error {
            WashError::Store(error) => error,
            other => Self::Bug(other.to_string()),
        }
    }
}
