//! Why a claim gave no case, as the end of a command.

use super::{CliError, Sentence};
use crate::process::engine::Refusal;
use crate::store::rows::Claim;

/// Why a claim was not granted. `case_no` is the case that was asked for, if one was.
pub(super) fn not_granted(claim: &Claim, case_no: &str) -> CliError {
    CliError::Refused(match claim {
        Claim::Granted { .. } | Claim::Empty => Sentence::new("case.none_to_take", &[]),
        Claim::PassedOver { cases } => {
            Sentence::new("case.passed_over", &[("n", &cases.to_string())])
        }
        Claim::Taken { holder, .. } => {
            Sentence::new("case.held_by", &[("case_no", case_no), ("holder", holder)])
        }
        Claim::Limit {
            held,
            limit,
            case_no,
        } => {
            let refusal = Refusal::new("limit_reached").with("case_no", case_no);
            let refusal = refusal.with("held", &held.to_string());
            return refusal.with("limit", &limit.to_string()).into();
        }
        Claim::Gate {
            held,
            case_no,
            clock,
            ..
        } => {
            let refusal = Refusal::new("gate_reached").with("case_no", case_no);
            let refusal = refusal.with("held", &held.to_string());
            return refusal.with("clock", clock).into();
        }
        Claim::NotFound => return Refusal::new("case_not_found").into(),
        Claim::Closed => return Refusal::new("case_closed").into(),
    })
}
