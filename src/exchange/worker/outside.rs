//! The systems outside that a worker speaks with by itself: who collects money, who knows whose grid
//! a connection is on, and where others tell us something.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::exchange::http;
use crate::exchange::incoming::Token;
use crate::exchange::payment::{Practice, Provider, Service};
use crate::exchange::secret::{SecretError, SecretFile};
use crate::exchange::sources::code_book::KEY_HEADER;
use crate::exchange::sources::persons::TOKEN_HEADER;
use crate::exchange::sources::{AddressService, CodeBook, EnterpriseService, PersonService};
use crate::process::notification::Lists;
use crate::text::Texts;

/// What a company sets for them. Empty is "not used".
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OutsideSettings {
    /// Address of the EAN code book, before `/ecbinfoset`.
    pub code_book_url: String,
    /// File with its key.
    pub code_book_key_file: PathBuf,
    /// Address of the address service.
    pub addresses_url: String,
    /// Address of the register of enterprises, before `/enheter`.
    pub enterprises_url: String,
    /// Address of the population register, before `/v1/personer`.
    pub persons_url: String,
    /// File with its token.
    pub persons_token_file: PathBuf,
    /// Address of the payment service, before `/v2/payments`.
    pub payments_url: String,
    /// File with its key.
    pub payments_key_file: PathBuf,
    /// Directory of the practice payment service, instead of a real one.
    pub practice_directory: PathBuf,
    /// Where customers come back to after paying.
    pub redirect_url: String,
    /// Where the endpoint listens: `127.0.0.1:8470`.
    pub listen: String,
    /// File with the token of the endpoint.
    pub token_file: PathBuf,
    /// Directory in which others leave files for us.
    pub directory: PathBuf,
    /// The endpoint as the payment service reaches it.
    pub public_url: String,
}

/// What is wrong with the settings. `key` names the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {given}")]
pub struct OutsideError {
    /// Which mistake.
    pub key: &'static str,
    /// What was given.
    pub given: String,
    /// The setting.
    pub setting: &'static str,
}

impl OutsideError {
    fn new(key: &'static str, setting: &'static str, given: &str) -> Self {
        Self {
            key,
            given: given.to_owned(),
            setting,
        }
    }

    /// Values for the text.
    pub fn args(&self) -> [(&'static str, &str); 2] {
        [("setting", self.setting), ("given", &self.given)]
    }
}

/// Who collects money, and the addresses that a payment is given.
#[derive(Debug, Clone)]
pub struct Payments {
    /// The service.
    pub service: Service,
    /// Where customers come back to.
    pub redirect_url: Option<String>,
    /// Where the service tells of changes.
    pub webhook_url: Option<String>,
}

/// Where others tell us something.
#[derive(Debug, Clone, Default)]
pub struct Listening {
    /// The endpoint with its token.
    pub endpoint: Option<(SocketAddr, Token)>,
    /// The directory.
    pub directory: Option<PathBuf>,
}

/// All of them; without one of them its work waits or the registers of the database answer.
#[derive(Debug, Clone, Default)]
pub struct Outside {
    /// Payments.
    pub payments: Option<Payments>,
    /// Whose grid a connection is on, instead of the registers.
    pub code_book: Option<CodeBook>,
    /// Ids of buildings for work orders.
    pub addresses: Option<AddressService>,
    /// What comes in.
    pub listening: Listening,
    /// What installers choose from, where that is not what the program brings.
    pub lists: Option<Lists>,
}

impl Outside {
    /// From settings. The first mistake ends it: a worker that cannot collect what it is told to
    /// collect must not begin.
    pub fn open(settings: &OutsideSettings, texts: &Texts) -> Result<Self, OutsideError> {
        let listening = listening(settings, texts)?;
        let webhook_url = webhook(settings, listening.endpoint.as_ref())?;
        let redirect_url = optional("payments.redirect_url", &settings.redirect_url)?;
        let payments = service(settings)?.map(|service| Payments {
            service,
            redirect_url,
            webhook_url,
        });
        let (code_book, addresses) = sources(settings)?;
        registers(settings)?;
        Ok(Self {
            payments,
            code_book,
            addresses,
            listening,
            lists: None,
        })
    }

    /// Demo and training: no money moves, and others may leave files.
    pub fn practice(payments: &Path, incoming: &Path) -> Self {
        Self {
            payments: Some(Payments {
                service: Service::Practice(Practice::new(payments)),
                redirect_url: None,
                webhook_url: None,
            }),
            listening: Listening {
                endpoint: None,
                directory: Some(incoming.to_owned()),
            },
            ..Self::default()
        }
    }
}

/// Who is asked for connections and addresses; consoles ask them too.
pub fn sources(
    settings: &OutsideSettings,
) -> Result<(Option<CodeBook>, Option<AddressService>), OutsideError> {
    let code_book = optional("sources.code_book.url", &settings.code_book_url)?;
    let code_book = code_book.map(|base| {
        let file = &settings.code_book_key_file;
        CodeBook::new(keyed(&base, KEY_HEADER, file))
    });
    let addresses = optional("sources.addresses.url", &settings.addresses_url)?;
    let addresses = addresses.map(|base| AddressService::new(http::Settings::at(&base)));
    Ok((code_book, addresses))
}

/// Who is asked about persons and enterprises of the data wash; without an address the imported
/// extracts answer. The population register is not asked without a token.
pub fn registers(
    settings: &OutsideSettings,
) -> Result<(Option<EnterpriseService>, Option<PersonService>), OutsideError> {
    let enterprises = optional("sources.enterprises.url", &settings.enterprises_url)?;
    let enterprises = enterprises.map(|base| EnterpriseService::new(http::Settings::at(&base)));
    let Some(base) = optional("sources.persons.url", &settings.persons_url)? else {
        return Ok((enterprises, None));
    };
    let file = &settings.persons_token_file;
    if file.as_os_str().is_empty() {
        let setting = "sources.persons.token_file";
        return Err(OutsideError::new(
            "outside.no_register_token",
            setting,
            &base,
        ));
    }
    let persons = PersonService::new(keyed(&base, TOKEN_HEADER, file));
    Ok((enterprises, Some(persons)))
}

fn keyed(base: &str, header: &'static str, file: &Path) -> http::Settings {
    let settings = http::Settings::at(base);
    if file.as_os_str().is_empty() {
        return settings;
    }
    settings.with_key(header, SecretFile::At(file.to_owned()))
}

/// An address that can be asked; empty is none.
fn optional(setting: &'static str, given: &str) -> Result<Option<String>, OutsideError> {
    if given.is_empty() {
        return Ok(None);
    }
    let rest = given.strip_prefix("https://");
    let rest = rest.or_else(|| given.strip_prefix("http://"));
    let is_plain = given.bytes().all(|byte| byte.is_ascii_graphic());
    match rest {
        Some(rest) if is_plain && !rest.is_empty() && !rest.starts_with('/') => {
            Ok(Some(given.to_owned()))
        }
        _ => Err(OutsideError::new("outside.address", setting, given)),
    }
}

fn service(settings: &OutsideSettings) -> Result<Option<Service>, OutsideError> {
    let practice = &settings.practice_directory;
    let url = optional("payments.url", &settings.payments_url)?;
    match (url, practice.as_os_str().is_empty()) {
        (None, true) => Ok(None),
        (None, false) => Ok(Some(Service::Practice(Practice::new(practice)))),
        (Some(url), false) => Err(OutsideError::new(
            "outside.two_services",
            "payments.practice_directory",
            &url,
        )),
        (Some(url), true) => {
            if settings.payments_key_file.as_os_str().is_empty() {
                let setting = "payments.key_file";
                return Err(OutsideError::new("outside.no_key", setting, &url));
            }
            let settings = keyed(&url, "Authorization", &settings.payments_key_file);
            Ok(Some(Service::Http(Provider::new(settings))))
        }
    }
}

fn listening(settings: &OutsideSettings, texts: &Texts) -> Result<Listening, OutsideError> {
    let directory = &settings.directory;
    let directory = (!directory.as_os_str().is_empty()).then(|| directory.clone());
    let endpoint = if settings.listen.is_empty() {
        None
    } else {
        Some(endpoint(settings, texts)?)
    };
    Ok(Listening {
        endpoint,
        directory,
    })
}

fn endpoint(
    settings: &OutsideSettings,
    texts: &Texts,
) -> Result<(SocketAddr, Token), OutsideError> {
    let given = settings.listen.as_str();
    let wrong = |_| OutsideError::new("outside.listen", "incoming.listen", given);
    let listen: SocketAddr = given.parse().map_err(wrong)?;
    let file = "incoming.token_file";
    if settings.token_file.as_os_str().is_empty() {
        return Err(OutsideError::new("outside.no_token", file, given));
    }
    let unreadable = |error: SecretError| {
        let words = error.words(texts);
        OutsideError::new("outside.token", file, &words)
    };
    let token = Token::read(&settings.token_file).map_err(unreadable)?;
    Ok((listen, token))
}

fn webhook(
    settings: &OutsideSettings,
    endpoint: Option<&(SocketAddr, Token)>,
) -> Result<Option<String>, OutsideError> {
    let setting = "incoming.public_url";
    let Some(base) = optional(setting, &settings.public_url)? else {
        return Ok(None);
    };
    let (_, token) =
        endpoint.ok_or_else(|| OutsideError::new("outside.nobody_listens", setting, &base))?;
    Ok(Some(token.webhook_url(&base)))
}
