//! From a message of the outbox to an envelope: who gets it and what it says, from the registers
//! and the stored facts at the moment of delivery (decision 6).
//!
//! This module must not know: how an envelope travels, SQL.

use chrono::{DateTime, Utc};
use serde_json::{Value as Json, json};

use super::envelope::{Content, Envelope};
use super::installation;
use super::letters::{self, NoLetter};
use super::market;
use super::orders;
use super::settings::Settings;
use super::values::Story;
use crate::domain::retention;
use crate::process::form::CaseForm;
use crate::process::message::{self, Addressee, Message};
use crate::store::rows::OutboxItem;
use crate::text::{LANGUAGES, Texts, known};

/// Texts in the languages of letters.
#[derive(Debug, Clone)]
pub struct Languages([Texts; LANGUAGES.len()]);

impl Languages {
    /// All of them.
    pub fn load() -> Self {
        Self(LANGUAGES.map(Texts::load))
    }

    /// The texts for a language; one that is not there is served in English.
    pub fn of(&self, language: &str) -> &Texts {
        let wanted = known(language).unwrap_or("en");
        let found = self.0.iter().find(|texts| texts.lang() == wanted);
        found.unwrap_or(&self.0[0])
    }
}

/// Why a message cannot leave: a person must look. Key and values of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stuck {
    /// Key below `outbox.`.
    pub key: &'static str,
    /// Values of that text.
    pub args: Vec<(&'static str, String)>,
}

impl Stuck {
    fn new(key: &'static str) -> Self {
        Self {
            key,
            args: Vec::new(),
        }
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.args.push((name, value.to_owned()));
        self
    }

    /// In words.
    pub fn words(&self, texts: &Texts) -> String {
        let args: Vec<(&str, &str)> = self.args.iter().map(|(n, v)| (*n, v.as_str())).collect();
        texts.fill(&format!("outbox.{}", self.key), &args)
    }
}

/// The envelope of a message.
pub fn envelope(
    item: &OutboxItem,
    story: &Story<'_>,
    settings: &Settings,
    languages: &Languages,
) -> Result<Envelope, Stuck> {
    let known = message::find(&item.kind);
    let message = known.ok_or_else(|| Stuck::new("no_template").with("kind", &item.kind))?;
    let composer = Composer {
        message,
        story,
        settings,
        languages,
        form: item.form,
    };
    Ok(Envelope {
        idem_key: item.idem_key,
        number: item.outbox_id,
        case: item.case_no.clone(),
        kind: item.kind.clone(),
        fence: item.fence,
        attempts: item.attempts,
        created: item.legal_at,
        content: composer.content()?,
    })
}

/// Facts that a command of the processes of meters carries.
const ORDERED: &[&str] = &[
    "ean",
    "meter_no",
    "flavour",
    "slot",
    "slot_start",
    "gsa_order",
    "replaces_gsa",
    "payment_id",
    "amount",
    "form_version",
];

struct Composer<'a> {
    message: &'static Message,
    story: &'a Story<'a>,
    settings: &'a Settings,
    languages: &'a Languages,
    form: Option<CaseForm>,
}

impl Composer<'_> {
    fn content(&self) -> Result<Content, Stuck> {
        match self.message.to {
            Addressee::Port => self.port(),
            Addressee::Allocation => self.allocation(),
            Addressee::Party => self.party(),
            Addressee::Customer => self.customer(),
            Addressee::Source => self.desk(self.story.word("source").unwrap_or("source")),
            Addressee::Acm => self.desk("acm"),
            Addressee::Supervisor => self.desk("supervisor"),
            Addressee::Connections => Ok(self.order("connections")),
            Addressee::Payments => Ok(self.order("payments")),
            Addressee::Domain if self.message.kind == installation::KIND => self.installation(),
            Addressee::Domain => Ok(self.command("domain")),
            Addressee::WorkOrders => Ok(self.command("work_orders")),
            Addressee::Installer | Addressee::Provider => self.installer(),
            Addressee::Market => self.market(),
        }
    }

    /// The block holds for requests that need an additional mandate (GT-12); a lift works back to
    /// the instant of the block (GT-23).
    fn port(&self) -> Result<Content, Stuck> {
        let ean = self.fact("ean")?;
        let gln = self.fact("party_gln")?;
        let role = self.story.role();
        let since = self.story.blocked_at();
        let mut command = json!({
            "command": self.message.kind,
            "ean": ean,
            "party_gln": gln,
            "query_reasons": self.settings.query_reasons(role),
        });
        let name = if self.message.kind == "block" {
            "from"
        } else {
            "retroactive_from"
        };
        command[name] = instant(since);
        if self.message.kind == "lift_block" {
            // what the party missed, as far as it is still there
            let kept = retention::kept(since, self.story.legal_at);
            command["kept"] = json!({
                "INT": instant(kept.intervals),
                "DAY": instant(kept.days),
                "RCY": instant(kept.months),
            });
        }
        Ok(system("p4", command))
    }

    fn allocation(&self) -> Result<Content, Stuck> {
        let ean = self.fact("ean")?;
        let (method, values) = match self.message.kind {
            "allocation_zero" => ("isma", "zero"),
            "allocation_profile" => ("profile", "profile"),
            _ => ("isma", "measured"),
        };
        let command = json!({
            "command": "set_allocation",
            "ean": ean,
            "allocation_method": method,
            "values": values,
            "from": instant(self.story.legal_at),
        });
        Ok(system("allocation", command))
    }

    /// Orders have the agreed fields; another command its kind and what the case knows.
    fn command(&self, to: &str) -> Content {
        if self.message.kind.starts_with("order_") {
            return system(to, orders::order(self.message.kind, self.story));
        }
        self.order(to)
    }

    /// A command of the processes of meters: its kind and what the case knows.
    fn order(&self, to: &str) -> Content {
        let mut command = json!({ "command": self.message.kind, "case": self.story.case_no });
        for name in ORDERED {
            if let Some(value) = self
                .story
                .facts
                .get(*name)
                .filter(|value| !value.has_text())
            {
                command[*name] = json!(value);
            }
        }
        system(to, command)
    }

    fn installation(&self) -> Result<Content, Stuck> {
        let missing = || Stuck::new("missing_fact").with("name", "installation");
        let mut command = installation::command(self.story, self.form).ok_or_else(missing)?;
        orders::sign(&mut command, self.message.kind, self.story);
        Ok(system("domain", command))
    }

    /// Nothing of a protected person leaves for the market, and nobody is told why (formats 5.1).
    fn market(&self) -> Result<Content, Stuck> {
        let is_protected = self.story.customer.is_some_and(|known| known.protected);
        if is_protected || self.story.hidden {
            return Err(Stuck::new("by_hand"));
        }
        let point = market::point(self.story);
        let point = point.ok_or_else(|| Stuck::new("missing_fact").with("name", "point"))?;
        Ok(system(
            "market",
            market::command(self.message.kind, &point, self.story),
        ))
    }

    /// By mail where the register has an address, else by letter to the firm.
    fn installer(&self) -> Result<Content, Stuck> {
        let party = self.story.party.ok_or_else(|| Stuck::new("no_party"))?;
        let contacts = party.contacts.iter().map(|contact| contact.email.clone());
        let to: Vec<String> = contacts.filter(|email| !email.is_empty()).collect();
        let language = self.story.party_language();
        if to.is_empty() {
            return self.paper(party.gln.clone(), language);
        }
        let (subject, body) = self.letter(language)?;
        Ok(Content::mail(to, language, subject, body))
    }

    /// All valid contacts of the group with a mail address; nobody there is for a person to mend
    /// (GT-26, GT-27).
    fn party(&self) -> Result<Content, Stuck> {
        let party = self.story.party.ok_or_else(|| Stuck::new("no_party"))?;
        let contacts = party.contacts.iter().map(|contact| contact.email.clone());
        let to: Vec<String> = contacts.filter(|email| !email.is_empty()).collect();
        if to.is_empty() {
            let group = &self.settings.contact_group;
            return Err(Stuck::new("nobody")
                .with("party", &party.name)
                .with("group", group));
        }
        let language = self.story.party_language();
        let (subject, body) = self.letter(language)?;
        Ok(Content::mail(to, language, subject, body))
    }

    /// Customers are written to by reference: the sender of letters knows the address and whether
    /// the person is protected (decision 21); neither name nor address leaves from here.
    fn customer(&self) -> Result<Content, Stuck> {
        let customer = self
            .story
            .customer
            .ok_or_else(|| Stuck::new("no_customer"))?;
        self.paper(customer.customer_ref.clone(), &customer.language)
    }

    /// A desk of another organisation, or our own supervisor: by mail when its address is
    /// configured, else by letter to the desk of that name.
    fn desk(&self, desk: &str) -> Result<Content, Stuck> {
        match self.settings.desks.get(desk) {
            Some(address) => {
                let language = self.settings.language.as_str();
                let (subject, body) = self.letter(language)?;
                Ok(Content::mail(
                    vec![address.clone()],
                    language,
                    subject,
                    body,
                ))
            }
            None => self.paper(desk.to_owned(), &self.settings.language),
        }
    }

    fn paper(&self, to: String, language: &str) -> Result<Content, Stuck> {
        let language = known(language).unwrap_or("en");
        let (subject, body) = self.letter(language)?;
        Ok(Content::Letter {
            to: vec![to],
            language: language.to_owned(),
            subject,
            body,
        })
    }

    fn letter(&self, language: &str) -> Result<(String, String), Stuck> {
        let kind = self.message.kind;
        let values = self
            .story
            .values(self.languages.of(language), self.settings);
        match letters::render(kind, language, &values) {
            Ok(letter) => Ok((letter.subject, letter.body)),
            Err(NoLetter::Template) => Err(Stuck::new("no_template").with("kind", kind)),
            Err(NoLetter::Value(name)) => Err(Stuck::new("unresolved")
                .with("kind", kind)
                .with("name", &name)),
        }
    }

    fn fact(&self, name: &'static str) -> Result<&str, Stuck> {
        let missing = || Stuck::new("missing_fact").with("name", name);
        self.story.word(name).ok_or_else(missing)
    }
}

fn system(name: &str, command: Json) -> Content {
    Content::Command {
        to: vec![name.to_owned()],
        command,
    }
}

fn instant(at: DateTime<Utc>) -> Json {
    Json::from(at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
}
