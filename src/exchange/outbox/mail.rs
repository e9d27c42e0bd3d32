//! A letter as a mail: its header lines and its text as they travel. Nothing here comes from a
//! customer: addresses are those of the registers and of the settings.
//!
//! This module must not know: a server, a connection.

use chrono::{DateTime, Utc};
use lettre::Address;
use lettre::message::header::{
    ContentTransferEncoding, ContentType, HeaderName, HeaderValue, MIME_VERSION_1_0,
};
use lettre::message::{Body, Mailbox, Message};
use uuid::Uuid;

use crate::domain::sanitize;

/// What goes into a mail.
#[derive(Debug, Clone, Copy)]
pub struct Letter<'a> {
    /// Makes the message id: the same letter twice is the same message to every mailbox.
    pub key: Uuid,
    /// Legal instant of the step that wrote it.
    pub created: DateTime<Utc>,
    /// Addresses; all of them see each other, and there are no hidden ones.
    pub to: &'a [String],
    /// Two letters.
    pub language: &'a str,
    /// One line.
    pub subject: &'a str,
    /// Plain text.
    pub body: &'a str,
}

/// A mail ready to leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Each address once.
    pub to: Vec<Address>,
    /// Header lines and text, with CRLF.
    pub bytes: Vec<u8>,
}

/// Why there is no mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoMail {
    /// Which of the addresses, from 1, is none. It is not repeated: it belongs to somebody.
    #[error("address {0} is no mail address")]
    Address(usize),
    /// Nobody to send to.
    #[error("no address")]
    Nobody,
    /// It cannot be written as a mail.
    #[error("cannot be written as a mail")]
    Form,
}

/// The mail of a letter.
pub fn compose(letter: &Letter<'_>, from: &Mailbox) -> Result<Mail, NoMail> {
    let mut to: Vec<Address> = Vec::new();
    for (number, text) in letter.to.iter().enumerate() {
        let address: Address = text
            .trim()
            .parse()
            .map_err(|_| NoMail::Address(number + 1))?;
        let text = address.to_string();
        let is_known = |known: &Address| known.to_string().eq_ignore_ascii_case(&text);
        if !to.iter().any(is_known) {
            to.push(address);
        }
    }
    if to.is_empty() {
        return Err(NoMail::Nobody);
    }
    let id = format!("<{}@{}>", letter.key, from.email.domain());
    let mut builder = Message::builder()
        .message_id(Some(id))
        .date(letter.created.into())
        .from(from.clone())
        .subject(sanitize::clean(letter.subject))
        .raw_header(line("Content-Language", letter.language)?)
        // nobody's absence note is answered to us
        .raw_header(line("Auto-Submitted", "auto-generated")?)
        .header(MIME_VERSION_1_0)
        .header(ContentType::TEXT_PLAIN);
    for address in &to {
        builder = builder.to(Mailbox::new(None, address.clone()));
    }
    let text = sanitize::clean_multiline(letter.body).into_owned();
    let body = Body::new_with_encoding(text, ContentTransferEncoding::QuotedPrintable);
    let message = builder.body(body.map_err(|_| NoMail::Form)?);
    let bytes = message.map_err(|_| NoMail::Form)?.formatted();
    Ok(Mail { to, bytes })
}

/// A header line of our own; a value with anything but plain words in it is refused.
fn line(name: &'static str, value: &str) -> Result<HeaderValue, NoMail> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if !value.chars().all(is_plain) {
        return Err(NoMail::Form);
    }
    let name = HeaderName::new_from_ascii_str(name);
    Ok(HeaderValue::new(name, value.to_owned()))
}
