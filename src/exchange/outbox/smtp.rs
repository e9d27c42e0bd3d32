//! Delivery by SMTP submission (RFC 6409), never without TLS: letters go to a mail server, one
//! connection a letter.
//!
//! All recipients get a letter in one transaction, or none: when one of them is refused for now,
//! nobody gets it now. One that is refused for good does not keep it from the others, and a person is
//! told. So no attempt doubles what an earlier one delivered, except when the connection breaks
//! between our last byte and the server's word; the message id is the same then, by which mailboxes
//! know it.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use lettre::Address;
use lettre::message::Mailbox;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters,
};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};

use super::Outcome;
use super::envelope::{Content, Envelope};
use super::mail::{self, Letter, Mail};
use super::settings::MailSettings;
use crate::exchange::secret::SecretFile;
use crate::system;
use crate::text::Texts;

/// Time for a whole attempt; shorter than the lock on the message (60 s).
const ATTEMPT: Duration = Duration::from_secs(30);
/// Time for the connection alone.
const CONNECT: Duration = Duration::from_secs(5);
/// Time for a last word.
const PARTING: Duration = Duration::from_secs(2);
/// How a password is sent; both only ever inside TLS.
const MECHANISMS: &[Mechanism] = &[Mechanism::Plain, Mechanism::Login];

/// A mail server, and who we are to it.
#[derive(Debug, Clone)]
pub struct Submission {
    inner: Arc<Inner>,
    patience: Duration,
}

struct Inner {
    host: String,
    port: u16,
    is_implicit: bool,
    tls: TlsParameters,
    from: Mailbox,
    login: Option<(String, SecretFile)>,
    texts: Texts,
}

impl fmt::Debug for Inner {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.host, self.port)
    }
}

/// What is wrong with the settings. `key` names the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {given} {why}")]
pub struct MailError {
    /// Which mistake.
    pub key: &'static str,
    /// What was given.
    pub given: String,
    /// What the system said.
    pub why: String,
}

impl MailError {
    fn new(key: &'static str, given: &str, why: &str) -> Self {
        Self {
            key,
            given: given.to_owned(),
            why: why.to_owned(),
        }
    }

    /// Values for the text.
    pub fn args(&self) -> [(&'static str, &str); 2] {
        [("given", &self.given), ("why", &self.why)]
    }
}

impl Submission {
    /// `smtps://host:465` speaks TLS from the first byte, `smtp://host:587` by STARTTLS, and neither
    /// speaks without. The texts are those of the language in which reasons are written down.
    pub fn new(settings: &MailSettings, texts: Texts) -> Result<Self, MailError> {
        let (host, port, is_implicit) = server(&settings.server)?;
        let from = settings.from.parse();
        let from = from.map_err(|_| MailError::new("mail.from", &settings.from, ""))?;
        let login = (!settings.user.is_empty()).then(|| {
            let file = SecretFile::At(settings.password_file.clone());
            (settings.user.clone(), file)
        });
        let inner = Inner {
            tls: tls(&host, &settings.ca_file)?,
            host,
            port,
            is_implicit,
            from,
            login,
            texts,
        };
        Ok(Self {
            inner: Arc::new(inner),
            patience: ATTEMPT,
        })
    }

    /// With another time for a whole attempt.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// One attempt. What is no mail is not for here.
    pub async fn deliver(&self, envelope: &Envelope) -> Outcome {
        let Content::Mail {
            to,
            language,
            subject,
            body,
            ..
        } = &envelope.content
        else {
            return Outcome::Dead(self.inner.texts.get("mail.no_mail").to_owned());
        };
        let letter = Letter {
            key: envelope.idem_key,
            created: envelope.created,
            to,
            language,
            subject,
            body,
        };
        let mail = match mail::compose(&letter, &self.inner.from) {
            Ok(mail) => mail,
            Err(no_mail) => return Outcome::Dead(self.inner.no_mail(no_mail)),
        };
        match self.attempt(&mail).await {
            Ok(refused) => self.inner.judge(&refused, mail.to.len()),
            Err(outcome) => outcome,
        }
    }

    /// Gives those who are refused for good; the others have the mail. What the server said to the
    /// mail counts, whatever it does when we part.
    async fn attempt(&self, mail: &Mail) -> Result<Vec<Refused>, Outcome> {
        let slow = |_| Outcome::Retry(self.inner.texts.get("mail.slow").to_owned());
        let end = tokio::time::Instant::from_std(system::monotonic() + self.patience);
        let line = tokio::time::timeout_at(end, self.inner.connect()).await;
        let mut line = line.map_err(slow)??;
        let sent = self.inner.hand_over(&mut line, mail);
        let sent = tokio::time::timeout_at(end, sent).await;
        let _ = tokio::time::timeout(PARTING, line.abort()).await;
        sent.map_err(slow)?
    }
}

/// Host, port, and whether TLS begins at once.
fn server(given: &str) -> Result<(String, u16, bool), MailError> {
    let wrong = || MailError::new("mail.server", given, "");
    let (rest, usual, is_implicit) = match given.split_once("://") {
        Some(("smtps", rest)) => (rest, 465, true),
        Some(("smtp", rest)) => (rest, 587, false),
        _ => return Err(wrong()),
    };
    let rest = rest.trim_end_matches('/');
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().map_err(|_| wrong())?),
        None => (rest, usual),
    };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    if host.is_empty() || !host.chars().all(is_plain) {
        return Err(wrong());
    }
    Ok((host.to_owned(), port, is_implicit))
}

/// With authorities of one's own, only those count.
fn tls(host: &str, ca_file: &Path) -> Result<TlsParameters, MailError> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if !ca_file.as_os_str().is_empty() {
        let given = ca_file.display().to_string();
        let wrong = |why: String| MailError::new("mail.ca_file", &given, &why);
        let pem = std::fs::read_to_string(ca_file).map_err(|error| wrong(error.to_string()))?;
        if !pem.contains("-----BEGIN CERTIFICATE-----") {
            return Err(wrong("PEM?".to_owned()));
        }
        let certificate =
            Certificate::from_pem(pem.as_bytes()).map_err(|error| wrong(error.to_string()))?;
        builder = builder
            .certificate_store(CertificateStore::None)
            .add_root_certificate(certificate);
    }
    builder
        .build_rustls()
        .map_err(|error| MailError::new("mail.tls", host, &error.to_string()))
}

/// A recipient that is refused for good: which one, from 1, and by which code.
type Refused = (usize, String);

impl Inner {
    async fn connect(&self) -> Result<AsyncSmtpConnection, Outcome> {
        let name = ClientId::Domain(self.from.email.domain().to_owned());
        let tls = self.is_implicit.then(|| self.tls.clone());
        let server = (self.host.as_str(), self.port);
        let line = AsyncSmtpConnection::connect_tokio1(server, Some(CONNECT), &name, tls, None);
        let mut line = line.await.map_err(|error| self.passing(&error))?;
        if !self.is_implicit {
            if !line.can_starttls() {
                line.abort().await;
                return Err(self.wait("no_starttls", &self.host));
            }
            let tls = self.tls.clone();
            let started = line.starttls(tls, &name).await;
            started.map_err(|error| self.passing(&error))?;
        }
        if let Err(outcome) = self.log_in(&mut line).await {
            line.abort().await;
            return Err(outcome);
        }
        Ok(line)
    }

    /// A password that is refused is mended by people; letters wait meanwhile.
    async fn log_in(&self, line: &mut AsyncSmtpConnection) -> Result<(), Outcome> {
        let Some((user, file)) = &self.login else {
            return Ok(());
        };
        let password = file
            .read()
            .map_err(|error| Outcome::Wait(error.words(&self.texts)))?;
        let who = Credentials::new(user.clone(), password.expose().to_owned());
        match line.auth(MECHANISMS, &who).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() || error.is_client() => {
                Err(self.wait("login", &code(&error)))
            }
            Err(error) => Err(self.passing(&error)),
        }
    }

    async fn hand_over(
        &self,
        line: &mut AsyncSmtpConnection,
        mail: &Mail,
    ) -> Result<Vec<Refused>, Outcome> {
        let is_plain = |address: &Address| address.to_string().is_ascii();
        let mut parameters = Vec::new();
        if !is_plain(&self.from.email) || !mail.to.iter().all(is_plain) {
            if !line.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Err(Outcome::Dead(self.say("not_ascii", "")));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        let from = MailFrom::new(Some(self.from.email.clone()), parameters);
        match line.command(from).await {
            Err(error) if error.is_permanent() => return Err(self.wait("sender", &code(&error))),
            other => other.map_err(|error| self.passing(&error))?,
        };
        let refused = self.recipients(line, mail).await?;
        if refused.len() == mail.to.len() {
            return Ok(refused);
        }
        let ready = line.command(Data).await;
        ready.map_err(|error| self.content(&error))?;
        let taken = line.message(&mail.bytes).await;
        taken.map_err(|error| self.content(&error))?;
        Ok(refused)
    }

    async fn recipients(
        &self,
        line: &mut AsyncSmtpConnection,
        mail: &Mail,
    ) -> Result<Vec<Refused>, Outcome> {
        let mut refused = Vec::new();
        for (number, address) in mail.to.iter().enumerate() {
            match line.command(Rcpt::new(address.clone(), Vec::new())).await {
                Err(error) if error.is_permanent() => refused.push((number + 1, code(&error))),
                other => {
                    other.map_err(|error| self.passing(&error))?;
                }
            }
        }
        Ok(refused)
    }

    fn judge(&self, refused: &[Refused], all: usize) -> Outcome {
        let Some((number, code)) = refused.first() else {
            return Outcome::Sent;
        };
        let key = if refused.len() == all {
            "mail.refused"
        } else {
            "mail.some_refused"
        };
        let values = [
            ("number", number.to_string()),
            ("refused", refused.len().to_string()),
            ("all", all.to_string()),
            ("code", code.clone()),
        ];
        let values: Vec<(&str, &str)> = values.iter().map(|(n, v)| (*n, v.as_str())).collect();
        Outcome::Dead(self.texts.fill(key, &values))
    }

    /// What is wrong with the content would be wrong the next time too.
    fn content(&self, error: &Error) -> Outcome {
        if error.is_permanent() {
            Outcome::Dead(self.say("content", &code(error)))
        } else {
            self.passing(error)
        }
    }

    /// A certificate that is not the server's is mended by people, or is no server of ours; all else
    /// passes. What the server says in words is not kept: it repeats addresses.
    fn passing(&self, error: &Error) -> Outcome {
        if is_certificate(error) {
            return self.wait("certificate", &self.host);
        }
        let said = match error.status() {
            Some(_) => self.say("not_now", &code(error)),
            None => self.say("away", &self.host),
        };
        Outcome::Retry(said)
    }

    fn wait(&self, key: &'static str, given: &str) -> Outcome {
        Outcome::Wait(self.say(key, given))
    }

    fn say(&self, key: &'static str, given: &str) -> String {
        self.texts.fill(&format!("mail.{key}"), &[("given", given)])
    }

    fn no_mail(&self, no_mail: mail::NoMail) -> String {
        match no_mail {
            mail::NoMail::Address(number) => self.say("no_address", &number.to_string()),
            mail::NoMail::Nobody => self.say("nobody", ""),
            mail::NoMail::Form => self.say("form", ""),
        }
    }
}

/// `550 5.1.1`: the code, and the second one that some servers begin their words with.
fn code(error: &Error) -> String {
    let Some(code) = error.status() else {
        return String::new();
    };
    let said = std::error::Error::source(error).map(ToString::to_string);
    let first = said
        .as_deref()
        .and_then(|said| said.split_whitespace().next());
    let is_code = |word: &&str| {
        let parts: Vec<&str> = word.split('.').collect();
        let is_number = |part: &&str| (1..=3).contains(&part.len()) && part.parse::<u16>().is_ok();
        parts.len() == 3 && parts.iter().all(is_number)
    };
    match first.filter(is_code) {
        Some(second) => format!("{code} {second}"),
        None => code.to_string(),
    }
}

/// Whether it is about who the server is, somewhere down the chain of causes.
fn is_certificate(error: &Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        let said = error.to_string();
        if said.contains("invalid peer certificate") {
            return true;
        }
        cause = error.source();
    }
    error.is_tls()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_a_scheme_a_host_and_a_port() {
        let read = |given: &str| server(given).ok();
        let host = || "mail.example".to_owned();
        assert_eq!(read("smtps://mail.example"), Some((host(), 465, true)));
        assert_eq!(read("smtp://mail.example"), Some((host(), 587, false)));
        assert_eq!(read("smtp://mail.example:25/"), Some((host(), 25, false)));
        for wrong in [
            "",
            "mail.example",
            "http://x",
            "smtp://",
            "smtp://a:b",
            "smtp://u@x",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
