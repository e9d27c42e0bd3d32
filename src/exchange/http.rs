//! Questions to other systems over HTTP: one answer as JSON, within a time and a size. What is no
//! usable answer is a [`Trouble`] that says what helps.
//!
//! This module must not know: what is asked.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use ureq::http::{HeaderMap, Method, Request, header};

use super::secret::SecretFile;
use super::trouble::{Trouble, short};
use crate::system;

/// Time for a whole question, and for the connection alone. An agent waits meanwhile.
const ATTEMPT: Duration = Duration::from_secs(10);
const CONNECT: Duration = Duration::from_secs(4);
/// The largest answer that is read.
const LIMIT: u64 = 1024 * 1024;
/// The longest that another system can make us wait at a word of its own.
const LONGEST_WAIT: Duration = Duration::from_mins(15);

/// How a system is asked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Address before the path: `https://host/v1`; a slash at the end does not matter.
    pub base: String,
    /// Header and file of the key: `X-API-Key`, or `Authorization` for a bearer.
    pub key: Option<(&'static str, SecretFile)>,
    /// Time for a whole question.
    pub patience: Duration,
    /// The largest answer in bytes.
    pub limit: u64,
}

impl Settings {
    /// At that address, without a key, with the usual limits.
    pub fn at(base: &str) -> Self {
        Self {
            base: base.trim_end_matches('/').to_owned(),
            key: None,
            patience: ATTEMPT,
            limit: LIMIT,
        }
    }

    /// With a key in that header.
    #[must_use]
    pub fn with_key(mut self, header: &'static str, file: SecretFile) -> Self {
        self.key = Some((header, file));
        self
    }
}

/// One question.
#[derive(Debug, Clone)]
pub struct Question {
    method: Method,
    path: String,
    query: Vec<(&'static str, String)>,
    headers: Vec<(&'static str, String)>,
    body: Option<Json>,
}

impl Question {
    /// `GET`; the path begins with a slash and is of our own making.
    pub fn get(path: &str) -> Self {
        Self::new(Method::GET, path, None)
    }

    /// `POST` of a JSON body.
    pub fn post(path: &str, body: Json) -> Self {
        Self::new(Method::POST, path, Some(body))
    }

    /// `DELETE`.
    pub fn delete(path: &str) -> Self {
        Self::new(Method::DELETE, path, None)
    }

    fn new(method: Method, path: &str, body: Option<Json>) -> Self {
        Self {
            method,
            path: path.to_owned(),
            query: Vec::new(),
            headers: Vec::new(),
            body,
        }
    }

    /// With a parameter behind the question mark, written safely.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &(impl ToString + ?Sized)) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    /// With a header of our own making.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &(impl ToString + ?Sized)) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    fn address(&self, base: &str) -> String {
        let mut address = format!("{base}{}", self.path);
        for (number, (name, value)) in self.query.iter().enumerate() {
            address.push(if number == 0 { '?' } else { '&' });
            address.push_str(name);
            address.push('=');
            encode(value, &mut address);
        }
        address
    }
}

/// Everything that is not a letter, a digit or `-._~` as `%XX`.
fn encode(value: &str, out: &mut String) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.extend(['%', hex(byte >> 4), hex(byte & 15)]);
        }
    }
}

/// A digit of sixteen.
fn hex(half: u8) -> char {
    char::from_digit(u32::from(half), 16)
        .unwrap_or('0')
        .to_ascii_uppercase()
}

/// A system that is asked. Clones share connections and the patience that it asked for.
#[derive(Debug, Clone)]
pub struct Client {
    settings: Settings,
    agent: ureq::Agent,
    quiet: Arc<Mutex<Option<Instant>>>,
}

impl Client {
    /// Nothing is asked yet.
    pub fn new(settings: Settings) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(settings.patience))
            .timeout_connect(Some(CONNECT.min(settings.patience)))
            .http_status_as_error(false)
            .max_redirects(0)
            .build();
        Self {
            settings,
            agent: config.into(),
            quiet: Arc::new(Mutex::new(None)),
        }
    }

    /// Whether the address is one that nobody can read along.
    pub fn is_private(&self) -> bool {
        self.settings.base.starts_with("https://")
    }

    /// One attempt, on a thread that may block. A system that asked for patience (`Retry-After`)
    /// is not asked before that has passed.
    pub async fn ask<T: DeserializeOwned + Send + 'static>(
        &self,
        question: Question,
    ) -> Result<T, Trouble> {
        self.check_quiet()?;
        let client = self.clone();
        let asked = tokio::task::spawn_blocking(move || client.attempt(&question));
        let answer = asked.await;
        let answer = answer.unwrap_or_else(|error| {
            Err(Trouble::later("away", None).with("why", &error.to_string()))
        });
        if let Err(Trouble {
            remedy: super::trouble::Remedy::Later(Some(wait)),
            ..
        }) = &answer
        {
            *self.quiet.lock().unwrap_or_else(PoisonError::into_inner) =
                system::monotonic().checked_add(*wait);
        }
        answer
    }

    fn check_quiet(&self) -> Result<(), Trouble> {
        let mut quiet = self.quiet.lock().unwrap_or_else(PoisonError::into_inner);
        let left = quiet.map(|until| until.saturating_duration_since(system::monotonic()));
        match left {
            Some(left) if !left.is_zero() => Err(busy(Some(left))),
            _ => {
                *quiet = None;
                Ok(())
            }
        }
    }

    fn attempt<T: DeserializeOwned>(&self, question: &Question) -> Result<T, Trouble> {
        let request = self.request(question)?;
        let answer = match self.agent.run(request) {
            Ok(answer) => answer,
            Err(error) => return Err(unheard(&error)),
        };
        let status = answer.status().as_u16();
        let headers = answer.headers().clone();
        let bytes = answer
            .into_body()
            .into_with_config()
            .limit(self.settings.limit)
            .read_to_vec();
        if !(200..=299).contains(&status) {
            return Err(judge(status, &headers, &bytes.unwrap_or_default()));
        }
        let bytes = bytes.map_err(|error| unheard(&error))?;
        serde_json::from_slice(&bytes).map_err(|error| garbled(&error))
    }

    fn request(&self, question: &Question) -> Result<Request<Vec<u8>>, Trouble> {
        let mut request = Request::builder()
            .method(question.method.clone())
            .uri(question.address(&self.settings.base))
            .header(header::ACCEPT, "application/json");
        for (name, value) in &question.headers {
            request = request.header(*name, value);
        }
        if let Some((name, file)) = &self.settings.key {
            let key = file.read().map_err(|error| {
                Trouble::settings("no_key").with("file", &format!("{} {}", error.file, error.why))
            })?;
            let value = match *name {
                "Authorization" => format!("Bearer {}", key.expose()),
                _ => key.expose().to_owned(),
            };
            request = request.header(*name, value);
        }
        let body = match &question.body {
            None => Vec::new(),
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                body.to_string().into_bytes()
            }
        };
        let wrong =
            |error: ureq::http::Error| Trouble::settings("address").with("why", &error.to_string());
        request.body(body).map_err(wrong)
    }
}

/// What kind of failure, without the address: that may hold what somebody typed.
fn unheard(error: &ureq::Error) -> Trouble {
    match error {
        ureq::Error::BodyExceedsLimit(_) => Trouble::lasting("too_large"),
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => {
            Trouble::settings("address").with("why", &error.to_string())
        }
        ureq::Error::Timeout(_) => Trouble::later("slow", None),
        _ => Trouble::later("away", None).with("why", &error.to_string()),
    }
}

/// Where the JSON goes wrong; what stands there is not repeated.
fn garbled(error: &serde_json::Error) -> Trouble {
    let place = format!("{}:{}", error.line(), error.column());
    Trouble::lasting("garbled").with("place", &place)
}

fn busy(wait: Option<Duration>) -> Trouble {
    let seconds = wait.map_or(0, |wait| wait.as_secs().saturating_add(1));
    Trouble::later("busy", wait).with("seconds", &seconds.to_string())
}

/// What a status means. 408, 425, 429 and everything from 500 pass; a missing permission and a
/// redirection are for the settings; any other refusal is about the question.
fn judge(status: u16, headers: &HeaderMap, body: &[u8]) -> Trouble {
    let wait = retry_after(headers, system::now());
    let said = said(body);
    let code = status.to_string();
    match status {
        408 | 425 | 429 | 503 if wait.is_some() => busy(wait),
        408 | 425 | 429 | 500..=599 => Trouble::later("status", wait).with("status", &code),
        401 | 403 | 407 => Trouble::settings("key_refused").with("status", &code),
        404 => Trouble::lasting("unknown"),
        410 => Trouble::lasting("gone"),
        300..=399 => Trouble::settings("moved").with("status", &code),
        _ => Trouble::lasting("refused")
            .with("status", &code)
            .with("said", &said),
    }
}

/// Seconds, or an instant (RFC 9110 10.2.3); never longer than a quarter of an hour.
fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if let Ok(seconds) = value.parse() {
        Duration::from_secs(seconds)
    } else {
        let at = DateTime::parse_from_rfc2822(value).ok()?;
        (at.to_utc() - now).to_std().unwrap_or_default()
    };
    Some(wait.min(LONGEST_WAIT))
}

/// The sentence of an error body: `error.msg` (address service), `detail` or `title` (payment
/// service, RFC 9457), `message`, `melding` (Norwegian registers).
fn said(body: &[u8]) -> String {
    let Ok(body) = serde_json::from_slice::<Json>(body) else {
        return String::new();
    };
    let places = [
        "/error/msg",
        "/detail",
        "/title",
        "/message",
        "/melding",
        "/error",
    ];
    let found = places
        .iter()
        .find_map(|place| body.pointer(place)?.as_str());
    short(found.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_cannot_leave_their_place() {
        let question = Question::get("/find").with("q", "18 a&limit=1#é");
        let address = question.address("http://host");
        assert_eq!(address, "http://host/find?q=18%20a%26limit%3D1%23%C3%A9");
    }

    #[test]
    fn patience_is_asked_for_in_seconds_or_by_an_instant_and_has_an_end() {
        let now = "2026-11-16T08:00:00Z".parse().unwrap();
        let wait = |value: &str| {
            let value = value.parse().unwrap();
            retry_after(&HeaderMap::from_iter([(header::RETRY_AFTER, value)]), now)
        };
        assert_eq!(wait("30"), Some(Duration::from_secs(30)));
        assert_eq!(wait("999999999"), Some(LONGEST_WAIT));
        let instant = "Mon, 16 Nov 2026 08:00:20 GMT";
        assert_eq!(wait(instant), Some(Duration::from_secs(20)));
        let past = "Mon, 16 Nov 2026 07:00:00 GMT";
        assert_eq!(wait(past), Some(Duration::ZERO));
        assert_eq!(wait("soon"), None);
        assert_eq!(wait("-5"), None);
    }

    #[test]
    fn each_status_has_one_remedy() {
        use super::super::trouble::Remedy;
        let remedy = |status| judge(status, &HeaderMap::new(), b"").remedy;
        assert!([408, 429, 500, 502, 503].map(remedy) == [Remedy::Later(None); 5]);
        assert!([301, 401, 403].map(remedy) == [Remedy::Settings; 3]);
        assert!([400, 404, 409, 422].map(remedy) == [Remedy::Nothing; 4]);
    }
}
