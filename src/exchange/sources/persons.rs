//! The population register's search for one person (formats.md 5.4). It takes a name with a number,
//! a birth date, an address or a postcode, answers with the person where there is exactly one, and
//! with an error where there are several: it never lists them. Names that only sound alike are
//! searched for on request.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;

use super::Sourced;
use super::registers::{FindPersons, Hit, PersonSearch};
use crate::exchange::http::{Client, Question, Settings};
use crate::exchange::trouble::Trouble;
use crate::wash::given;
use crate::wash::record::{PersonRow, protects};

/// Name of the source in answers.
pub const SOURCE: &str = "persons";
/// Header of the token.
pub const TOKEN_HEADER: &str = "Authorization";
/// What of a person is asked for.
const PARTS: [&str; 2] = ["person-basis", "adressebeskyttelse"];
/// Words of a refusal that says that several persons were found.
const SEVERAL: &[&str] = &[
    "flere",
    "entydig",
    "mer enn ett",
    "multiple",
    "more than one",
];

/// The register at an address.
#[derive(Debug, Clone)]
pub struct PersonService {
    client: Client,
}

impl PersonService {
    /// The base is what stands before `/v1/personer`, with the package of rights; the token goes in
    /// [`TOKEN_HEADER`].
    pub fn new(settings: Settings) -> Self {
        Self {
            client: Client::new(settings),
        }
    }
}

fn question(search: &PersonSearch) -> Question {
    let mut question =
        Question::get("/v1/personer/entydigsoek").with("navn", &search.name.join(" "));
    if let Some(number) = &search.number {
        question = question.with("identifikasjonsnummer", number.as_str());
    }
    if let Some(born) = search.born {
        question = question.with("foedselsdato", &born.format("%Y%m%d"));
    }
    if search.has_address() {
        let house: String = search
            .house
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        question = question
            .with("adressenavn", &search.street)
            .with("husnummer", &house);
    }
    if !search.postcode.is_empty() {
        question = question.with("postnummer", &search.postcode);
    }
    if search.is_phonetic {
        question = question.with("soekFonetisk", "true");
    }
    PARTS
        .iter()
        .fold(question, |question, part| question.with("part", part))
}

impl FindPersons for PersonService {
    async fn person(
        &self,
        search: &PersonSearch,
        now: DateTime<Utc>,
    ) -> Result<Sourced<Hit<PersonRow>>, Trouble> {
        let value = match self.client.ask::<Json>(question(search)).await {
            Ok(answer) => Hit::One(person(&answer)?),
            Err(trouble) if trouble.key == "unknown" => Hit::None,
            Err(trouble) if is_several(&trouble) => Hit::Several,
            Err(trouble) => return Err(trouble),
        };
        Ok(Sourced {
            source: SOURCE,
            at: now,
            value,
        })
    }
}

fn is_several(trouble: &Trouble) -> bool {
    let said = trouble.args.iter().filter(|(name, _)| *name == "said");
    let mut said = said.map(|(_, said)| said.to_lowercase());
    trouble.key == "refused" && said.any(|said| SEVERAL.iter().any(|word| said.contains(word)))
}

/// The entry that holds: lists keep what was, and say which is not so any more.
fn current<'a>(answer: &'a Json, part: &str) -> Option<&'a Json> {
    let is_current = |entry: &&Json| entry.get("erGjeldende") != Some(&Json::Bool(false));
    match answer.get(part)? {
        Json::Array(entries) => entries.iter().find(is_current),
        Json::Null => None,
        entry => Some(entry).filter(is_current),
    }
}

fn text(entry: Option<&Json>, place: &str) -> String {
    let found = entry.and_then(|entry| entry.pointer(place));
    match found {
        Some(Json::String(text)) => crate::exchange::trouble::short(text),
        Some(Json::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

fn person(answer: &Json) -> Result<PersonRow, Trouble> {
    let number = text(
        current(answer, "identifikasjonsnummer"),
        "/foedselsEllerDNummer",
    );
    let name = current(answer, "navn");
    let last = text(name, "/etternavn");
    if number.is_empty() || last.is_empty() {
        return Err(Trouble::lasting("garbled").with("place", "identifikasjonsnummer, navn"));
    }
    let first = [text(name, "/fornavn"), text(name, "/mellomnavn")].join(" ");
    let home = current(answer, "bostedsadresse");
    let house = [
        text(home, "/vegadresse/adressenummer/husnummer"),
        text(home, "/vegadresse/adressenummer/husbokstav"),
    ];
    let level = text(current(answer, "adressebeskyttelse"), "/graderingsnivaa");
    Ok(given::person([
        &number,
        first.trim(),
        &last,
        &text(current(answer, "foedsel"), "/foedselsdato"),
        &text(home, "/vegadresse/adressenavn"),
        &house.concat(),
        &text(home, "/vegadresse/poststed/postnummer"),
        &text(home, "/vegadresse/poststed/poststedsnavn"),
        &text(current(answer, "doedsfall"), "/doedsdato"),
        if protects(&level) { "yes" } else { "no" },
    ]))
}
