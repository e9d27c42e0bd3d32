//! What a company sets for its messages. Everything has a default that works.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

/// Settings of the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Name under letters when the register of parties has none for the grid operator, or the grid is
    /// another's.
    pub operator: String,
    /// Language of letters to desks and to parties of a country without a language of its own here.
    pub language: String,
    /// The contact group of the procedure (GT-26).
    pub contact_group: String,
    /// Per role: the query reasons (formats 5.8) for which an additional mandate is needed (GT-12).
    /// The source names none: daily and interval values are assumed for suppliers, who read monthly
    /// values for their own bills; all three for everybody else.
    pub additional_mandate: BTreeMap<String, Vec<String>>,
    /// Mail addresses of desks: `acm`, `supervisor`, and the sources of signals (GT-05).
    pub desks: BTreeMap<String, String>,
    /// After so many attempts a message is a dead letter; about a day with the longest waits.
    pub attempts: i32,
    /// The mail server.
    pub mail: MailSettings,
}

/// How mails leave; without a server they leave as all other messages do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailSettings {
    /// `smtps://host:465` or `smtp://host:587` (STARTTLS); empty: no mail server.
    pub server: String,
    /// Whom mails come from: `Netbeheerder <loket@netbeheerder.example>`.
    pub from: String,
    /// Account at the server; empty: it asks for none.
    pub user: String,
    /// File with the password of the account.
    pub password_file: PathBuf,
    /// Certificates of the authorities that count; empty: those of this machine.
    pub ca_file: PathBuf,
}

impl Default for Settings {
    fn default() -> Self {
        let reasons = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Self {
            operator: "loket".to_owned(),
            language: "nl".to_owned(),
            contact_group: "Gerede twijfel Klantmandaat".to_owned(),
            additional_mandate: BTreeMap::from([
                ("supplier".to_owned(), reasons(&["DAY", "INT"])),
                (
                    "service_provider".to_owned(),
                    reasons(&["DAY", "INT", "RCY"]),
                ),
            ]),
            desks: BTreeMap::new(),
            attempts: 100,
            mail: MailSettings::default(),
        }
    }
}

impl Settings {
    /// The reasons blocked for a party of that role; all of them for a role without a line.
    pub fn query_reasons(&self, role: &str) -> Vec<String> {
        let all = || ["DAY", "INT", "RCY"].map(str::to_owned).to_vec();
        self.additional_mandate
            .get(role)
            .cloned()
            .unwrap_or_else(all)
    }
}
