//! Parties with many like signals are proposed to the joint operators, who decide (GT-17). The count says
//! which; a proposal has one effect, however often it is made.

use uuid::Uuid;

use super::Worker;
use crate::process::engine::{self, Actor, Answer, Answers, Context};
use crate::process::field::Value;
use crate::process::repeat_offender::REPEAT_OFFENDER;
use crate::store::StoreError;
use crate::store::case::Opening;
use crate::store::signals::OffenderDue;

/// So many proposals in one go.
const AT_ONCE: i32 = 20;
/// What the numbers of these commands are made from.
const NAMESPACE: Uuid = Uuid::from_u128(0x6c6f_6b65_742d_6f66_6665_6e64_6572_7301);

impl Worker {
    /// Opens a case for each party that has come so far. Gives how many.
    pub(super) async fn propose_offenders(&self) -> Result<u64, StoreError> {
        let mut opened = 0;
        for due in self.store.offenders_due(AT_ONCE).await? {
            match self.propose(&due).await {
                Ok(()) => opened += 1,
                // another kind of signal about the same party was first
                Err(StoreError::Refused(refusal)) => {
                    tracing::info!(reason = refusal.key, "a proposal was not needed");
                }
                // another worker was, in the same moment
                Err(StoreError::Reused) => {}
                Err(error) => return Err(error),
            }
        }
        if opened > 0 {
            tracing::info!(opened, "parties with many like signals were proposed");
        }
        Ok(opened)
    }

    async fn propose(&self, due: &OffenderDue) -> Result<(), StoreError> {
        let calendars = self.calendars().await?;
        let said = format!("{} {} {}", due.party_gln, due.signal_type, due.digest);
        let context = Context {
            now: self.store.legal_now().await?,
            actor: Actor::System,
            calendars: &calendars,
            command: Uuid::new_v5(&NAMESPACE, said.as_bytes()),
        };
        let given = answers(due);
        let change = engine::open(&REPEAT_OFFENDER, context.now, &given, &context);
        let opening = Opening {
            cmd: context.command,
            session: None,
            change: &change.map_err(StoreError::Refused)?,
            reference: None,
            answers: &given,
            calendars: &calendars,
        };
        self.store.case_open(&opening).await.map(|_| ())
    }
}

fn answers(due: &OffenderDue) -> Answers {
    let word = |text: &str| Answer::Value(Value::Code(text.to_owned()));
    let cases = due.cases.iter().cloned().map(Value::Code).collect();
    [
        ("party_gln", word(&due.party_gln)),
        ("proposed_by", word("threshold")),
        ("signal_type", word(&due.signal_type)),
        ("window_days", word(&due.days.to_string())),
        ("signals_counted", word(&due.signals.to_string())),
        ("evidence_digest", word(&due.digest)),
        ("evidence", Answer::Value(Value::List(cases))),
    ]
    .map(|(key, answer)| (key.to_owned(), answer))
    .into()
}
