//! The table of settings. A new setting is one line here, one commented line in `config.toml`, and
//! whoever reads it.

use super::ConfigError;

/// One setting.
#[derive(Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its name in the file, with the table: `worker.deliver_to`.
    pub key: &'static str,
    /// What it takes.
    pub kind: Kind,
}

/// What a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any text; empty means "not set".
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// `true` or `false`.
    Switch,
    /// A whole number between these two.
    Number(u32, u32),
    /// A list of some of these words; with commas between them in the environment.
    Words(&'static [&'static str]),
}

/// A value of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text or word.
    Text(String),
    /// Whole number.
    Number(u32),
    /// On or off.
    Bool(bool),
    /// Words.
    Words(Vec<String>),
}

/// Reasons for which meters are read (`formats.md` 5.8).
const REASONS: &[&str] = &["DAY", "INT", "RCY"];

const fn text(key: &'static str) -> Setting {
    Setting {
        key,
        kind: Kind::Text,
    }
}

/// Language of screens and messages.
pub static LANG: Setting = Setting {
    key: "lang",
    kind: Kind::Word(&["auto", "en", "nl", "nb", "sv"]),
};
/// The desk as lines that are only appended.
pub static PLAIN: Setting = Setting {
    key: "plain",
    kind: Kind::Switch,
};
/// Theme of the console, by name.
pub static THEME: Setting = text("theme");
/// What is logged, as `tracing` filters it.
pub static LOG: Setting = text("log");
/// Minutes without a key after which the screen is locked; 0: never.
pub static LOCK_AFTER: Setting = Setting {
    key: "lock_after",
    kind: Kind::Number(0, 24 * 60),
};
/// What locking does.
pub static LOCK: Setting = Setting {
    key: "lock",
    kind: Kind::Word(&["hide", "end"]),
};
/// Whether values may be copied to the terminal's clipboard.
pub static COPY: Setting = Setting {
    key: "copy",
    kind: Kind::Switch,
};
/// Whether the mouse is ours.
pub static MOUSE: Setting = Setting {
    key: "mouse",
    kind: Kind::Switch,
};
/// Whether names of files in what commands print are links.
pub static LINKS: Setting = Setting {
    key: "links",
    kind: Kind::Word(&["auto", "on", "off"]),
};
/// Address of the database.
pub static DATABASE_URL: Setting = text("database.url");
/// Where messages go: a directory or an address.
pub static WORKER_DELIVER_TO: Setting = text("worker.deliver_to");
/// Directory for the heads of the audit chains.
pub static WORKER_CHAIN_HEADS: Setting = text("worker.chain_heads");
/// Name under letters when the register has none.
pub static OUTBOX_OPERATOR: Setting = text("outbox.operator");
/// Language of letters where the receiver has none of its own.
pub static OUTBOX_LANGUAGE: Setting = Setting {
    key: "outbox.language",
    kind: Kind::Word(&["nl", "en", "nb", "sv"]),
};
/// Attempts until a message is a dead letter.
pub static OUTBOX_ATTEMPTS: Setting = Setting {
    key: "outbox.attempts",
    kind: Kind::Number(1, 10_000),
};
/// Mail server of the letters.
pub static MAIL_SERVER: Setting = text("outbox.mail.server");
/// Whom mails come from.
pub static MAIL_FROM: Setting = text("outbox.mail.from");
/// Account at the mail server.
pub static MAIL_USER: Setting = text("outbox.mail.user");
/// File with the password of that account.
pub static MAIL_PASSWORD_FILE: Setting = text("outbox.mail.password_file");
/// File with the authorities whose certificates count.
pub static MAIL_CA_FILE: Setting = text("outbox.mail.ca_file");
/// Address of the EAN code book.
pub static CODE_BOOK_URL: Setting = text("sources.code_book.url");
/// File with its key.
pub static CODE_BOOK_KEY_FILE: Setting = text("sources.code_book.key_file");
/// Address of the address service.
pub static ADDRESSES_URL: Setting = text("sources.addresses.url");
/// Address of the register of enterprises.
pub static ENTERPRISES_URL: Setting = text("sources.enterprises.url");
/// Address of the population register.
pub static PERSONS_URL: Setting = text("sources.persons.url");
/// File with its token.
pub static PERSONS_TOKEN_FILE: Setting = text("sources.persons.token_file");
/// Address of the payment service.
pub static PAYMENTS_URL: Setting = text("payments.url");
/// File with its key.
pub static PAYMENTS_KEY_FILE: Setting = text("payments.key_file");
/// Directory of the practice payment service.
pub static PAYMENTS_PRACTICE: Setting = text("payments.practice_directory");
/// Where customers come back to after paying.
pub static PAYMENTS_REDIRECT: Setting = text("payments.redirect_url");
/// Where the worker listens.
pub static INCOMING_LISTEN: Setting = text("incoming.listen");
/// File with the token of that endpoint.
pub static INCOMING_TOKEN_FILE: Setting = text("incoming.token_file");
/// Directory in which other systems leave files.
pub static INCOMING_DIRECTORY: Setting = text("incoming.directory");
/// The endpoint as the payment service reaches it.
pub static INCOMING_PUBLIC_URL: Setting = text("incoming.public_url");
/// Reasons for which a supplier needs an additional mandate (GT-12).
static MANDATE_SUPPLIER: Setting = Setting {
    key: "outbox.additional_mandate.supplier",
    kind: Kind::Words(REASONS),
};
/// The same for a service provider.
static MANDATE_PROVIDER: Setting = Setting {
    key: "outbox.additional_mandate.service_provider",
    kind: Kind::Words(REASONS),
};
static DESK_ACM: Setting = text("outbox.desks.acm");
static DESK_SUPERVISOR: Setting = text("outbox.desks.supervisor");
static DESK_CONSUWIJZER: Setting = text("outbox.desks.consuwijzer");
static DESK_AP: Setting = text("outbox.desks.ap");
static DESK_MARKET_PARTY: Setting = text("outbox.desks.market_party");
static DESK_CONSUMER_ORG: Setting = text("outbox.desks.other_consumer_org");
static DESK_GOVERNMENT: Setting = text("outbox.desks.other_government");

/// Additional mandates by role of the party.
pub static ADDITIONAL_MANDATE: &[(&str, &Setting)] = &[
    ("supplier", &MANDATE_SUPPLIER),
    ("service_provider", &MANDATE_PROVIDER),
];

/// Mail addresses by desk: the regulator, our supervisor, the sources of signals (GT-05).
pub static DESKS: &[(&str, &Setting)] = &[
    ("acm", &DESK_ACM),
    ("supervisor", &DESK_SUPERVISOR),
    ("consuwijzer", &DESK_CONSUWIJZER),
    ("ap", &DESK_AP),
    ("market_party", &DESK_MARKET_PARTY),
    ("other_consumer_org", &DESK_CONSUMER_ORG),
    ("other_government", &DESK_GOVERNMENT),
];

/// All of them.
pub static SETTINGS: &[&Setting] = &[
    &LANG,
    &THEME,
    &PLAIN,
    &LOG,
    &LOCK_AFTER,
    &LOCK,
    &COPY,
    &MOUSE,
    &LINKS,
    &DATABASE_URL,
    &WORKER_DELIVER_TO,
    &WORKER_CHAIN_HEADS,
    &OUTBOX_OPERATOR,
    &OUTBOX_LANGUAGE,
    &OUTBOX_ATTEMPTS,
    &MAIL_SERVER,
    &MAIL_FROM,
    &MAIL_USER,
    &MAIL_PASSWORD_FILE,
    &MAIL_CA_FILE,
    &CODE_BOOK_URL,
    &CODE_BOOK_KEY_FILE,
    &ADDRESSES_URL,
    &ENTERPRISES_URL,
    &PERSONS_URL,
    &PERSONS_TOKEN_FILE,
    &PAYMENTS_URL,
    &PAYMENTS_KEY_FILE,
    &PAYMENTS_PRACTICE,
    &PAYMENTS_REDIRECT,
    &INCOMING_LISTEN,
    &INCOMING_TOKEN_FILE,
    &INCOMING_DIRECTORY,
    &INCOMING_PUBLIC_URL,
    &MANDATE_SUPPLIER,
    &MANDATE_PROVIDER,
    &DESK_ACM,
    &DESK_SUPERVISOR,
    &DESK_CONSUWIJZER,
    &DESK_AP,
    &DESK_MARKET_PARTY,
    &DESK_CONSUMER_ORG,
    &DESK_GOVERNMENT,
];

impl Setting {
    /// The environment variable that sets it: `LOKET_WORKER_DELIVER_TO`.
    pub fn env(&self) -> String {
        format!("LOKET_{}", self.key.replace('.', "_").to_uppercase())
    }

    /// The flag of the command line that sets it: `--worker-deliver-to`.
    pub fn flag(&self) -> String {
        format!("--{}", self.key.replace(['.', '_'], "-"))
    }

    /// The value in a text of the environment or of a flag.
    pub fn parse(&self, raw: &str) -> Result<Value, ConfigError> {
        let value = match self.kind {
            Kind::Text | Kind::Word(_) => Some(Value::Text(raw.to_owned())),
            Kind::Switch => match raw {
                "true" | "yes" | "1" => Some(Value::Bool(true)),
                "false" | "no" | "0" => Some(Value::Bool(false)),
                _ => None,
            },
            Kind::Words(_) => {
                let words = raw
                    .split(',')
                    .map(str::trim)
                    .filter(|word| !word.is_empty());
                Some(Value::Words(words.map(str::to_owned).collect()))
            }
            Kind::Number(..) => raw.parse().ok().map(Value::Number),
        };
        value
            .and_then(|value| self.check(value))
            .ok_or_else(|| self.fault(raw))
    }

    /// The value if it is one that this setting takes.
    pub(super) fn check(&self, value: Value) -> Option<Value> {
        let is_good = match (&value, self.kind) {
            (Value::Text(word), Kind::Word(words)) => words.contains(&word.as_str()),
            (Value::Number(number), Kind::Number(min, max)) => (min..=max).contains(number),
            (Value::Words(given), Kind::Words(words)) => {
                given.iter().all(|word| words.contains(&word.as_str()))
            }
            (Value::Text(_), Kind::Text) | (Value::Bool(_), Kind::Switch) => true,
            _ => false,
        };
        is_good.then_some(value)
    }

    /// The mistake of a value that this setting does not take.
    pub(super) fn fault(&self, given: &str) -> ConfigError {
        let wanted = match self.kind {
            Kind::Text => String::from("\"…\""),
            Kind::Word(words) => words.join(" | "),
            Kind::Switch => String::from("true | false"),
            Kind::Words(words) => format!("[{}]", words.join(", ")),
            Kind::Number(min, max) => format!("{min} … {max}"),
        };
        let args = [
            ("setting", self.key),
            ("given", given),
            ("wanted", wanted.as_str()),
        ];
        ConfigError::new("wrong", &args)
    }
}

impl ConfigError {
    /// … found in that variable or flag.
    pub(super) fn at(mut self, kind: &'static str, name: String) -> Self {
        self.key = if kind == "env" {
            "wrong_env"
        } else {
            "wrong_flag"
        };
        self.args.push((kind, name));
        self
    }
}
