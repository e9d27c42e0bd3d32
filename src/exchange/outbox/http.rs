//! Delivery by HTTP: one POST of the envelope per attempt. The receiver knows a message by its
//! idempotency key and refuses a fence older than the last one it saw.

use std::time::Duration;

use super::Outcome;
use super::envelope::Envelope;

/// Time for a whole attempt; shorter than the lock on the message (60 s).
const ATTEMPT: Duration = Duration::from_secs(30);
/// Time for the connection alone.
const CONNECT: Duration = Duration::from_secs(5);

/// Where to, with the connections kept open.
#[derive(Debug, Clone)]
pub struct Endpoint {
    url: String,
    agent: ureq::Agent,
}

impl Endpoint {
    /// Posts to this address.
    pub fn new(url: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(ATTEMPT))
            .timeout_connect(Some(CONNECT))
            .http_status_as_error(false)
            .max_redirects(0)
            .build();
        Self {
            url: url.to_owned(),
            agent: config.into(),
        }
    }

    /// One attempt. Blocks; call it where blocking is allowed.
    pub fn deliver(&self, envelope: &Envelope) -> Outcome {
        let key = envelope.idem_key.to_string();
        let sent = self
            .agent
            .post(&self.url)
            .header("Idempotency-Key", &key)
            .header("Loket-Case", &envelope.case)
            .header("Loket-Fence", envelope.fence.to_string())
            .send_json(envelope);
        match sent {
            Ok(answer) => {
                let echoed = answer.headers().get("Idempotency-Key");
                let is_same = echoed.is_some_and(|value| value.as_bytes() == key.as_bytes());
                judge(answer.status().as_u16(), is_same)
            }
            Err(error) => Outcome::Retry(error.to_string()),
        }
    }
}

/// What a status means. 409 with our key echoed: the receiver has it already. 408, 425 and 429 ask
/// for patience. A redirection, a missing permission and an unknown address are what a proxy says
/// while the receiver is being replaced: tried again too, as often as the settings allow. Any
/// other refusal is about the message itself and would be the same next time.
fn judge(status: u16, same_key: bool) -> Outcome {
    match status {
        200..=299 => Outcome::Sent,
        409 if same_key => Outcome::Sent,
        300..=399 | 401 | 403 | 404 | 407 | 408 | 425 | 429 | 500..=599 => {
            Outcome::Retry(format!("status {status}"))
        }
        _ => Outcome::Dead(format!("status {status}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_has_one_meaning() {
        let known = |status| matches!(judge(status, false), Outcome::Sent);
        let again = |status| matches!(judge(status, false), Outcome::Retry(_));
        let dead = |status| matches!(judge(status, false), Outcome::Dead(_));
        assert!([200, 202, 204].into_iter().all(known));
        assert!([408, 429, 500, 503].into_iter().all(again));
        assert!([400, 409, 410, 413, 422].into_iter().all(dead));
    }

    /// A proxy in the middle of a deploy must not make dead letters of block commands.
    #[test]
    fn what_a_proxy_says_during_a_deploy_is_not_final() {
        let again = |status| matches!(judge(status, false), Outcome::Retry(_));
        assert!([301, 302, 307, 308, 401, 403, 404].into_iter().all(again));
    }

    #[test]
    fn a_conflict_on_the_same_key_is_a_message_that_arrived() {
        assert_eq!(judge(409, true), Outcome::Sent);
        assert!(matches!(judge(400, true), Outcome::Dead(_)));
    }
}
