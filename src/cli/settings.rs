//! Settings as the parts of the program take them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::TimeDelta;

use super::worker::WorkerConfig;
use crate::config::Config;
use crate::config::setting::{self, Setting};
use crate::desk::habits::{Habits, LockBy};
use crate::exchange::outbox::settings::{MailSettings, Settings};
use crate::exchange::worker::outside::OutsideSettings;

/// What the worker reads.
pub(super) fn worker(config: &Config) -> WorkerConfig {
    let text = |setting: &Setting| config.text(setting).unwrap_or_default().to_owned();
    WorkerConfig {
        deliver_to: text(&setting::WORKER_DELIVER_TO),
        chain_heads: PathBuf::from(text(&setting::WORKER_CHAIN_HEADS)),
        log: text(&setting::LOG),
        outbox: outbox(config),
        outside: outside(config),
        lists: None,
    }
}

/// The systems outside.
pub(super) fn outside(config: &Config) -> OutsideSettings {
    let text = |setting: &Setting| config.text(setting).unwrap_or_default().to_owned();
    let path = |setting: &Setting| PathBuf::from(text(setting));
    OutsideSettings {
        code_book_url: text(&setting::CODE_BOOK_URL),
        code_book_key_file: path(&setting::CODE_BOOK_KEY_FILE),
        addresses_url: text(&setting::ADDRESSES_URL),
        enterprises_url: text(&setting::ENTERPRISES_URL),
        persons_url: text(&setting::PERSONS_URL),
        persons_token_file: path(&setting::PERSONS_TOKEN_FILE),
        payments_url: text(&setting::PAYMENTS_URL),
        payments_key_file: path(&setting::PAYMENTS_KEY_FILE),
        practice_directory: path(&setting::PAYMENTS_PRACTICE),
        redirect_url: text(&setting::PAYMENTS_REDIRECT),
        listen: text(&setting::INCOMING_LISTEN),
        token_file: path(&setting::INCOMING_TOKEN_FILE),
        directory: path(&setting::INCOMING_DIRECTORY),
        public_url: text(&setting::INCOMING_PUBLIC_URL),
    }
}

/// What the console does by itself.
pub(super) fn habits(config: &Config) -> Habits {
    let minutes = config.number(&setting::LOCK_AFTER);
    Habits {
        lock_after: (minutes > 0).then(|| TimeDelta::minutes(i64::from(minutes))),
        lock: match config.text(&setting::LOCK) {
            Some("end") => LockBy::Ending,
            _ => LockBy::Hiding,
        },
        copies: config.is_on(&setting::COPY),
        unmasks: true,
        mouse: config.is_on(&setting::MOUSE),
    }
}

fn outbox(config: &Config) -> Settings {
    let text = |setting: &Setting| config.text(setting).unwrap_or_default().to_owned();
    let desks = setting::DESKS.iter().filter_map(|(desk, setting)| {
        config
            .text(setting)
            .map(|address| ((*desk).to_owned(), address.to_owned()))
    });
    let mandate = setting::ADDITIONAL_MANDATE
        .iter()
        .map(|(role, setting)| ((*role).to_owned(), config.words(setting)));
    Settings {
        operator: text(&setting::OUTBOX_OPERATOR),
        language: text(&setting::OUTBOX_LANGUAGE),
        additional_mandate: mandate.collect::<BTreeMap<_, _>>(),
        desks: desks.collect(),
        attempts: i32::try_from(config.number(&setting::OUTBOX_ATTEMPTS)).unwrap_or(i32::MAX),
        mail: MailSettings {
            server: text(&setting::MAIL_SERVER),
            from: text(&setting::MAIL_FROM),
            user: text(&setting::MAIL_USER),
            password_file: PathBuf::from(text(&setting::MAIL_PASSWORD_FILE)),
            ca_file: PathBuf::from(text(&setting::MAIL_CA_FILE)),
        },
        ..Settings::default()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Files;

    /// The shipped file says what the worker does without any file.
    #[test]
    fn the_shipped_settings_are_those_of_the_program() {
        let nothing = Files::Only(Path::new("/dev/null").to_owned());
        let config = Config::load(&nothing, &|_| None, &[]).unwrap();
        assert_eq!(worker(&config), WorkerConfig::default());
        let ten = Some(TimeDelta::minutes(10));
        let usual = Habits {
            lock_after: ten,
            ..Habits::default()
        };
        assert_eq!(habits(&config), usual);
    }
}
