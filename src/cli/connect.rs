//! The way to the database: `--database-url`, then `DATABASE_URL`, then the variables of libpq, then
//! the settings. The first that is there counts as a whole; PGPASSWORD, PGPASSFILE (`~/.pgpass`) and
//! PGSSLMODE complete an address that does not say them.

use std::fmt::Write as _;
use std::str::FromStr as _;

use nix::unistd::{Uid, User};
use sqlx::postgres::PgConnectOptions;

use super::{CliError, Sentence};
use crate::config::Config;
use crate::config::setting::DATABASE_URL;

/// Any of these means: the user speaks libpq.
const LIBPQ: [&str; 5] = ["PGHOST", "PGHOSTADDR", "PGPORT", "PGUSER", "PGDATABASE"];

/// Where the address stands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Address {
    Url { url: String, origin: String },
    Libpq,
}

/// How to connect. No address anywhere is an error that names `loket demo`.
pub fn options(
    flag: Option<&str>,
    env: &dyn Fn(&str) -> Option<String>,
    config: &Config,
) -> Result<PgConnectOptions, CliError> {
    let (url, origin) = match address(flag, env, config) {
        Some(Address::Url { url, origin }) => (url, origin),
        // what it does not say is taken from the variables
        Some(Address::Libpq) => (String::from("postgres:///"), String::from("PGHOST …")),
        None => return Err(CliError::Usage(Sentence::new("fault.no_database_url", &[]))),
    };
    let login = if env("PGUSER").is_none() && !names_role(&url) {
        account()
    } else {
        None
    };
    let url = login.map_or(url.clone(), |login| as_role(&url, &login));
    PgConnectOptions::from_str(&url).map_err(|_| {
        // the address itself may hold a password
        CliError::Usage(Sentence::new("fault.database_url", &[("origin", &origin)]))
    })
}

/// Whether the address says as whom to log in.
fn names_role(url: &str) -> bool {
    let (_, rest) = url.split_once("://").unwrap_or(("", url));
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let server = place.split('/').next().unwrap_or_default();
    let login = server.rsplit_once('@').map(|(login, _)| login);
    login.is_some_and(|login| !login.is_empty() && !login.starts_with(':'))
        || query.split('&').any(|part| part.starts_with("user="))
}

/// The account of this process: as whom libpq logs in when nobody says otherwise, so that one address
/// in `/etc` is good for all who have an account here (`peer`).
fn account() -> Option<String> {
    let user = User::from_uid(Uid::effective()).ok().flatten();
    user.map(|user| user.name)
}

fn as_role(url: &str, role: &str) -> String {
    let before = if url.contains('?') { '&' } else { '?' };
    let mut url = format!("{url}{before}user=");
    for byte in role.bytes() {
        // writing into a string cannot fail
        let _ = write!(url, "%{byte:02X}");
    }
    url
}

/// Where the address stands; empty when there is none.
pub fn origin(flag: Option<&str>, env: &dyn Fn(&str) -> Option<String>, config: &Config) -> String {
    match address(flag, env, config) {
        Some(Address::Url { origin, .. }) => origin,
        Some(Address::Libpq) => String::from("PGHOST …"),
        None => String::new(),
    }
}

fn address(
    flag: Option<&str>,
    env: &dyn Fn(&str) -> Option<String>,
    config: &Config,
) -> Option<Address> {
    let url = |url: &str, origin: &str| {
        Some(Address::Url {
            url: url.to_owned(),
            origin: origin.to_owned(),
        })
    };
    if let Some(flag) = flag {
        return url(flag, "--database-url");
    }
    if let Some(variable) = env("DATABASE_URL") {
        return url(&variable, "DATABASE_URL");
    }
    if LIBPQ.iter().any(|name| env(name).is_some()) {
        return Some(Address::Libpq);
    }
    url(
        config.text(&DATABASE_URL)?,
        &config.origin(&DATABASE_URL).to_string(),
    )
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::config::Files;

    const FLAG: Option<&str> = Some("postgres://flag@localhost/f");

    fn config(url: &str) -> Config {
        let files = Files::Only(PathBuf::from("/dev/null"));
        Config::load(&files, &|_| None, &[(&DATABASE_URL, url)]).unwrap()
    }

    fn with(names: &'static [&'static str]) -> impl Fn(&str) -> Option<String> {
        |name| {
            names
                .contains(&name)
                .then(|| format!("postgres://env@localhost/{name}"))
        }
    }

    fn place(found: Option<Address>) -> String {
        match found {
            Some(Address::Url { origin, .. }) => origin,
            Some(Address::Libpq) => String::from("libpq"),
            None => String::from("none"),
        }
    }

    /// The order of the issue: flag, `DATABASE_URL`, libpq, settings.
    #[test]
    fn the_first_of_four_places_counts() {
        let set = config("postgres://set@localhost/s");
        let all = with(&["DATABASE_URL", "PGHOST"]);
        assert_eq!(place(address(FLAG, &all, &set)), "--database-url");
        assert_eq!(place(address(None, &all, &set)), "DATABASE_URL");
        for name in LIBPQ {
            let env = move |asked: &str| (asked == name).then(|| String::from("x"));
            assert_eq!(place(address(None, &env, &set)), "libpq", "{name}");
        }
        assert_eq!(place(address(None, &with(&[]), &set)), "flag");
        assert_eq!(
            place(address(None, &with(&["PGPASSWORD"]), &config(""))),
            "none"
        );
    }

    /// One address in `/etc` is good for everybody: as with psql, who does not say a role is meant by
    /// the name of the account.
    #[test]
    fn an_address_without_a_role_means_the_account() {
        let me = account().unwrap();
        let role = |url: &str| {
            let found = options(Some(url), &with(&[]), &config("")).unwrap();
            let place = found.get_database().unwrap_or_default().to_owned();
            (found.get_username().to_owned(), place)
        };
        let both = |role: &str, database: &str| (role.to_owned(), database.to_owned());
        for url in [
            "postgres:///loket?host=/run/x",
            "postgres://db/loket",
            "postgres://@db:5433/loket",
        ] {
            assert_eq!(role(url), both(&me, "loket"), "{url}");
        }
        assert_eq!(role("postgres://anna@db/loket"), both("anna", "loket"));
        assert_eq!(
            role("postgres:///loket?host=/run/x&user=anna"),
            both("anna", "loket")
        );
        let host = |asked: &str| (asked == "PGHOST").then(|| String::from("/run/x"));
        let found = options(None, &host, &config("")).unwrap();
        assert_eq!(found.get_username(), me);
    }

    #[test]
    fn a_wrong_address_is_named_without_being_shown() {
        let secret = "postgres://x:hunter2@[broken";
        let error = options(Some(secret), &with(&[]), &config("")).unwrap_err();
        let words = error.words(&crate::text::Texts::load("en")).unwrap();
        assert!(words.contains("--database-url"), "{words}");
        assert!(!words.contains("hunter2"), "{words}");
    }
}
