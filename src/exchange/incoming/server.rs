//! The endpoint of the worker: HTTP/1.1, one request a connection, a token for everything, and an end
//! to everything that somebody could make long.
//!
//! There is no TLS here: it listens on this machine only, unless it is told otherwise, and whoever
//! opens it to others puts a proxy with a certificate in front.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming as Body};
use hyper::header::{ALLOW, AUTHORIZATION, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc, watch};

use super::{Handler, Incoming, SIZE_LIMIT, Unreadable, Verdict};
use crate::domain::sanitize;
use crate::exchange::outbox::backoff;
use crate::exchange::secret::{Secret, SecretError};
use crate::text::Texts;

/// Shortest token, in characters.
const TOKEN_LEAST: usize = 24;
/// Ids of payments that wait to be fetched. More are dropped: the worker looks at open payments by
/// itself as well.
const WEBHOOKS: usize = 1_000;
/// So often an id is given to a handler that says "later".
const WEBHOOK_ATTEMPTS: i32 = 6;

/// What a caller must know. Two hashes are compared, in a time that tells nothing.
#[derive(Clone)]
pub struct Token {
    system: [u8; 32],
    webhook: [u8; 32],
    webhook_key: Secret,
}

impl fmt::Debug for Token {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Token(…)")
    }
}

impl Token {
    /// A token that is known already.
    pub fn new(secret: &Secret) -> Self {
        let derived = hash(&["loket webhook ", secret.expose()]);
        let halves = derived.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        let digits = halves.filter_map(|half| char::from_digit(u32::from(half), 16));
        let key: String = digits.collect();
        Self {
            system: hash(&[secret.expose()]),
            webhook: hash(&[&key]),
            webhook_key: Secret::new(&key),
        }
    }

    /// From a file that not everybody can read.
    pub fn read(path: &Path) -> Result<Self, SecretError> {
        let secret = Secret::read(path)?;
        if secret.expose().chars().count() < TOKEN_LEAST {
            return Err(SecretError {
                key: "too_short",
                file: path.display().to_string(),
                why: String::new(),
            });
        }
        Ok(Self::new(&secret))
    }

    /// The address that a payment service is given. It cannot send a header: its key stands in the
    /// address, follows from the token, and opens nothing but the webhook.
    pub fn webhook_url(&self, public_base: &str) -> String {
        let base = public_base.trim_end_matches('/');
        let key = self.webhook_key.expose();
        format!("{base}/v1/payments/webhook?key={key}")
    }

    fn is_system(&self, headers: &HeaderMap) -> bool {
        let given = headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let given = given.and_then(|value| value.strip_prefix("Bearer "));
        given.is_some_and(|given| is_same(&hash(&[given]), &self.system))
    }

    fn is_webhook(&self, query: Option<&str>) -> bool {
        let mut pairs = query.unwrap_or_default().split('&');
        let given = pairs.find_map(|pair| pair.strip_prefix("key="));
        given.is_some_and(|given| is_same(&hash(&[given]), &self.webhook))
    }
}

fn hash(parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
    }
    hash.finalize().into()
}

/// Looks at every byte, whatever the first ones say.
fn is_same(one: &[u8; 32], other: &[u8; 32]) -> bool {
    let differences = one.iter().zip(other).fold(0, |seen, (a, b)| seen | (a ^ b));
    std::hint::black_box(differences) == 0
}

/// What a caller may use up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once; more wait to be taken.
    pub connections: usize,
    /// Time for the head of a request.
    pub head: Duration,
    /// Time for everything, the answer included.
    pub whole: Duration,
    /// Bytes of a body.
    pub body: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 64,
            head: Duration::from_secs(5),
            whole: Duration::from_secs(15),
            body: SIZE_LIMIT,
        }
    }
}

/// Listens, and is not answering yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    token: Token,
    limits: Limits,
    texts: Texts,
}

impl Server {
    /// Listens there. Port 0 takes a free one; [`Server::address`] says which.
    pub async fn bind(
        listen: SocketAddr,
        token: Token,
        limits: Limits,
        texts: Texts,
    ) -> io::Result<Self> {
        Ok(Self {
            listener: TcpListener::bind(listen).await?,
            token,
            limits,
            texts,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers until told to stop, then finishes what is under way.
    pub async fn run<H: Handler>(self, handler: Arc<H>, mut stop: watch::Receiver<bool>) {
        let (webhooks, ids) = mpsc::channel(WEBHOOKS);
        let fetching = tokio::spawn(fetch(ids, Arc::clone(&handler), stop.clone()));
        let seats = Arc::new(Semaphore::new(self.limits.connections));
        let desk = Arc::new(Desk {
            token: self.token,
            limits: self.limits,
            texts: self.texts,
            handler,
            webhooks,
        });
        loop {
            let taken = tokio::select! {
                taken = take(&self.listener, &seats) => taken,
                _ = stop.wait_for(|stop| *stop) => break,
            };
            let Some((stream, seat)) = taken else {
                continue;
            };
            let desk = Arc::clone(&desk);
            tokio::spawn(async move {
                serve(stream, desk).await;
                drop(seat);
            });
        }
        let all = u32::try_from(desk.limits.connections).unwrap_or(u32::MAX);
        let _ = seats.acquire_many(all).await;
        drop(desk);
        let _ = fetching.await;
    }
}

/// The next connection, once there is a seat for it. `None`: it failed, or the system is out of
/// something; that passes.
async fn take(
    listener: &TcpListener,
    seats: &Arc<Semaphore>,
) -> Option<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let seat = Arc::clone(seats).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => Some((stream, seat)),
        Err(error) => {
            tracing::warn!(%error, "a connection could not be taken");
            tokio::time::sleep(Duration::from_millis(100)).await;
            None
        }
    }
}

/// Gives the ids to the handler, one after the other. What is lost here, in a crash, at the end of the
/// worker or after so many attempts, is found when open payments are looked at.
async fn fetch<H: Handler>(
    mut ids: mpsc::Receiver<Incoming>,
    handler: Arc<H>,
    mut stop: watch::Receiver<bool>,
) {
    while let Some(id) = ids.recv().await {
        for attempt in 1..=WEBHOOK_ATTEMPTS {
            if handler.take(id.clone()).await != Verdict::Later {
                break;
            }
            tokio::select! {
                () = tokio::time::sleep(backoff::delay(attempt, fastrand::f64())) => {}
                _ = stop.wait_for(|stop| *stop) => break,
            }
        }
    }
}

/// What all connections share.
struct Desk<H> {
    token: Token,
    limits: Limits,
    texts: Texts,
    handler: Arc<H>,
    webhooks: mpsc::Sender<Incoming>,
}

async fn serve<H: Handler>(stream: TcpStream, desk: Arc<Desk<H>>) {
    let limits = desk.limits;
    let answer = service_fn(move |request| {
        let desk = Arc::clone(&desk);
        async move { Ok::<_, Infallible>(desk.answer(request).await) }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(16 * 1024)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), answer);
    match tokio::time::timeout(limits.whole, connection).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "a connection broke off"),
        Err(_) => tracing::debug!("a connection took too long"),
    }
}

/// The answer and what it says.
type Answer = Response<Full<Bytes>>;

impl<H: Handler> Desk<H> {
    async fn answer(&self, request: Request<Body>) -> Answer {
        let path = request.uri().path().to_owned();
        let is_webhook = path == "/v1/payments/webhook";
        let is_known = self.token.is_system(request.headers())
            || is_webhook && self.token.is_webhook(request.uri().query());
        if !is_known {
            return self.refused(StatusCode::UNAUTHORIZED, "token");
        }
        let read: fn(&[u8]) -> Result<Incoming, Unreadable> = match path.as_str() {
            "/v1/payments/webhook" => super::webhook,
            "/v1/acknowledgements" => super::acknowledgement,
            "/v1/requests" => super::customer_request,
            "/v1/updates" => super::update,
            _ => return self.refused(StatusCode::NOT_FOUND, "path"),
        };
        if request.method() != Method::POST {
            let mut answer = self.refused(StatusCode::METHOD_NOT_ALLOWED, "method");
            let allowed = hyper::header::HeaderValue::from_static("POST");
            answer.headers_mut().insert(ALLOW, allowed);
            return answer;
        }
        if !is_webhook && !is_json(request.headers()) {
            return self.refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media");
        }
        let body = Limited::new(request.into_body(), self.limits.body).collect();
        match body.await {
            Ok(body) => self.take(is_webhook, read(&body.to_bytes())).await,
            Err(error) if error.is::<LengthLimitError>() => {
                self.refused(StatusCode::PAYLOAD_TOO_LARGE, "too_large")
            }
            Err(_) => self.refused(StatusCode::BAD_REQUEST, "broken_off"),
        }
    }

    /// A webhook is always answered with 200, and at once: what is in it is told to nobody, and a
    /// service that hears anything else sends the same for hours.
    async fn take(&self, is_webhook: bool, read: Result<Incoming, Unreadable>) -> Answer {
        if is_webhook {
            if let Ok(id) = read
                && self.webhooks.try_send(id).is_err()
            {
                tracing::warn!("too many payments changed at once; found later");
            }
            return say(StatusCode::OK, &json!({}));
        }
        let incoming = match read {
            Ok(incoming) => incoming,
            Err(unreadable) => {
                let said = unreadable.words(&self.texts);
                return say(StatusCode::BAD_REQUEST, &error(unreadable.key, &said));
            }
        };
        // a caller that hangs up does not stop what has begun
        let handler = Arc::clone(&self.handler);
        let acted = tokio::spawn(async move { handler.take(incoming).await });
        match acted.await.unwrap_or(Verdict::Later) {
            Verdict::Taken => say(StatusCode::OK, &json!({"result": "taken"})),
            Verdict::Known => say(StatusCode::OK, &json!({"result": "known"})),
            Verdict::TakenBut { is_known, left_out } => {
                let result = if is_known { "known" } else { "taken" };
                let left_out = left_out.iter().map(|said| sanitize::clean(said));
                let left_out: Vec<String> = left_out.map(Cow::into_owned).collect();
                let said = json!({"result": result, "left_out": left_out});
                say(StatusCode::OK, &said)
            }
            Verdict::Refused(said) => {
                say(StatusCode::UNPROCESSABLE_ENTITY, &error("refused", &said))
            }
            Verdict::Later => {
                let mut answer = self.refused(StatusCode::SERVICE_UNAVAILABLE, "later");
                let wait = hyper::header::HeaderValue::from_static("10");
                answer.headers_mut().insert(RETRY_AFTER, wait);
                answer
            }
        }
    }

    fn refused(&self, status: StatusCode, key: &'static str) -> Answer {
        say(
            status,
            &error(key, &Unreadable::new(key).words(&self.texts)),
        )
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let kind = kind
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("application/json")
}

/// `error` is for programs, `message` for people.
fn error(key: &str, said: &str) -> serde_json::Value {
    json!({"error": key, "message": said})
}

fn say(status: StatusCode, body: &serde_json::Value) -> Answer {
    let mut answer = Response::new(Full::from(body.to_string()));
    *answer.status_mut() = status;
    let kind = hyper::header::HeaderValue::from_static("application/json");
    answer.headers_mut().insert(CONTENT_TYPE, kind);
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_the_webhook_opens_nothing_else() {
        let token = Token::new(&Secret::new("a token of twenty-four or more"));
        let url = token.webhook_url("https://loket.example/");
        let (address, query) = url.split_once('?').unwrap();
        assert_eq!(address, "https://loket.example/v1/payments/webhook");
        assert!(token.is_webhook(Some(query)));
        assert!(!token.is_webhook(Some("key=")) && !token.is_webhook(None));
        let key = query.strip_prefix("key=").unwrap();
        let headers = |value: &str| {
            HeaderMap::from_iter([(AUTHORIZATION, format!("Bearer {value}").parse().unwrap())])
        };
        assert!(!token.is_system(&headers(key)));
        assert!(token.is_system(&headers("a token of twenty-four or more")));
        assert!(!format!("{token:?}").contains(key));
    }
}
