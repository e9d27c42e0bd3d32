//! What an installer chooses from is data: grid companies with their areas, job types, places of the
//! meter (ELS-03, ELS-06, ELS-07, ELS-25). A notification keeps the keys; a list that changes later
//! changes no notification.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::process::engine::{Answer, Answers, Refusal};

const BUILTIN: &str = include_str!("../../../assets/notification.toml");
/// Most lines of one list: what a person can choose from.
const MOST: usize = 60;
const LONGEST: usize = 40;
/// The fields that are chosen from a list.
pub const LISTED: &[&str] = &["grid_company", "job_type", "meter_placement", "grid_area"];

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// What is stored.
    pub key: String,
    /// What is shown, by language.
    pub name: BTreeMap<String, String>,
    /// Of a grid company: its areas.
    #[serde(default)]
    pub area: Vec<Item>,
}

impl Item {
    fn name(&self, lang: &str) -> &str {
        let name = self.name.get(lang).or_else(|| self.name.get("en"));
        name.map_or(&self.key, |name| name)
    }

    /// By its key or its name in any language; `wanted` is in small letters.
    fn is_called(&self, wanted: &str) -> bool {
        let mut names = self.name.values();
        self.key == wanted || names.any(|name| name.to_lowercase() == wanted)
    }
}

/// The lists.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lists {
    grid_company: Vec<Item>,
    job_type: Vec<Item>,
    meter_placement: Vec<Item>,
}

/// Why a file of lists is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListsError {
    /// It is no TOML of this shape.
    #[error("{0}")]
    Form(String),
    /// A list without a line, or with too many.
    #[error("{0}: from 1 to 60 lines")]
    Length(&'static str),
    /// A key that cannot be stored, or stands twice.
    #[error("{0}: the key {1:?} is not of a-z, 0-9 and _, too long, or stands twice")]
    Key(&'static str, String),
    /// A name that is empty, too long, or holds control characters.
    #[error("{0}: {1} has no name that can be shown")]
    Name(&'static str, String),
    /// A grid company without an area, or an area of something else.
    #[error("grid_company: {0} has no area")]
    Area(String),
}

impl Lists {
    /// Those that the program brings.
    pub fn builtin() -> Result<Self, ListsError> {
        Self::parse(BUILTIN)
    }

    /// Reads and checks a file.
    pub fn parse(text: &str) -> Result<Self, ListsError> {
        let lists: Self =
            toml::from_str(text).map_err(|error| ListsError::Form(error.to_string()))?;
        check("grid_company", lists.grid_company.iter())?;
        check("job_type", lists.job_type.iter())?;
        check("meter_placement", lists.meter_placement.iter())?;
        if let Some(company) = lists.grid_company.iter().find(|it| it.area.is_empty()) {
            return Err(ListsError::Area(company.key.clone()));
        }
        check("area", lists.areas().map(|(_, area)| area))?;
        Ok(lists)
    }

    fn areas(&self) -> impl Iterator<Item = (&Item, &Item)> {
        let companies = self.grid_company.iter();
        companies.flat_map(|company| company.area.iter().map(move |area| (company, area)))
    }

    /// What a field is chosen from: keys and names; nothing of a field without a list.
    pub fn picks(&self, field: &str, lang: &str) -> Option<Vec<(String, String)>> {
        let named = |item: &Item| (item.key.clone(), item.name(lang).to_owned());
        Some(match field {
            "grid_company" => self.grid_company.iter().map(named).collect(),
            "job_type" => self.job_type.iter().map(named).collect(),
            "meter_placement" => self.meter_placement.iter().map(named).collect(),
            "grid_area" => self.areas().map(|(_, area)| named(area)).collect(),
            _ => return None,
        })
    }

    /// What a stored key is called; nothing when no list has it (any more).
    pub fn name(&self, field: &str, key: &str, lang: &str) -> Option<String> {
        let picks = self.picks(field, lang)?;
        let found = picks.into_iter().find(|(known, _)| known == key);
        found.map(|(_, name)| name)
    }

    /// The key of what a file calls by its key or by its name in any language.
    pub fn key_of(&self, field: &str, said: &str) -> Option<String> {
        let wanted = said.trim().to_lowercase();
        let items: Vec<&Item> = match field {
            "grid_company" => self.grid_company.iter().collect(),
            "job_type" => self.job_type.iter().collect(),
            "meter_placement" => self.meter_placement.iter().collect(),
            "grid_area" => self.areas().map(|(_, area)| area).collect(),
            _ => return None,
        };
        let found = items.iter().find(|item| item.is_called(&wanted));
        found.map(|item| item.key.clone())
    }

    /// The key of an area as a file calls it, among those of the grid company with that key.
    pub fn area_of(&self, company: &str, said: &str) -> Option<String> {
        let wanted = said.trim().to_lowercase();
        let mut areas = self.areas().filter(|(of, _)| of.key == company);
        let found = areas.find(|(_, area)| area.is_called(&wanted));
        found.map(|(_, area)| area.key.clone())
    }

    /// Refuses an answer that is in no list, and an area of another grid company.
    pub fn allow(&self, answers: &Answers) -> Result<(), Refusal> {
        for field in LISTED {
            let Some(given) = code(answers, field) else {
                continue;
            };
            let picks = self.picks(field, "en").unwrap_or_default();
            if !picks.iter().any(|(key, _)| *key == given) {
                let keys: Vec<String> = picks.into_iter().map(|(key, _)| key).collect();
                return Err(Refusal::new("not_a_choice")
                    .about(field)
                    .with("choices", &keys.join(", ")));
            }
        }
        let chosen = code(answers, "grid_company").zip(code(answers, "grid_area"));
        let is_wrong = chosen.is_some_and(|(company, area)| {
            !self
                .areas()
                .any(|(of, it)| of.key == company && it.key == area)
        });
        if is_wrong {
            return Err(Refusal::new("area_of_another")
                .by_rule("ELS-07")
                .about("grid_area"));
        }
        Ok(())
    }
}

fn code(answers: &Answers, field: &str) -> Option<String> {
    match answers.get(field)? {
        Answer::Value(value) => value.as_code().map(str::to_owned),
        Answer::Free(text) => Some(text.trim().to_owned()),
    }
}

fn check<'a>(list: &'static str, items: impl Iterator<Item = &'a Item>) -> Result<(), ListsError> {
    let mut keys = BTreeSet::new();
    for item in items {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let is_key = (1..=LONGEST).contains(&item.key.len()) && item.key.chars().all(is_plain);
        if !is_key || !keys.insert(&item.key) {
            return Err(ListsError::Key(list, item.key.clone()));
        }
        let is_name = |name: &String| {
            let length = name.trim().chars().count();
            (1..=LONGEST).contains(&length) && !name.chars().any(char::is_control)
        };
        if item.name.is_empty() || !item.name.values().all(is_name) {
            return Err(ListsError::Name(list, item.key.clone()));
        }
    }
    if !(1..=MOST).contains(&keys.len()) {
        return Err(ListsError::Length(list));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::field::Value;

    fn given(pairs: &[(&str, &str)]) -> Answers {
        let answer = |value: &str| Answer::Value(Value::Code(value.to_owned()));
        let all = pairs.iter();
        all.map(|(key, value)| ((*key).to_owned(), answer(value)))
            .collect()
    }

    /// ELS-06: the list of job types is data, with the one of the manual in it.
    #[test]
    fn els_06_job_types_are_data() {
        let lists = Lists::builtin().unwrap();
        assert_eq!(
            lists.name("job_type", "one_meter", "sv").as_deref(),
            Some("anläggning med en mätare")
        );
        let said = lists.key_of("grid_company", "nät syd ab");
        assert_eq!(said.as_deref(), Some("nat_syd"));
        assert!(lists.allow(&given(&[("job_type", "one_meter")])).is_ok());
        let no = lists
            .allow(&given(&[("job_type", "gardening")]))
            .unwrap_err();
        assert_eq!(
            (no.key.as_str(), no.field.as_deref()),
            ("not_a_choice", Some("job_type"))
        );
    }

    /// ELS-07: an area is one of those of the grid company.
    #[test]
    fn els_07_an_area_is_one_of_the_company() {
        let other = "[[grid_company]]
            key = \"other\"
            name = { en = \"Other\" }
            area = [{ key = \"kiruna\", name = { en = \"Kiruna\" } }]
            [[job_type]]";
        let two = BUILTIN.replacen("[[job_type]]", other, 1);
        let lists = Lists::parse(&two).unwrap();
        let right = given(&[("grid_company", "other"), ("grid_area", "kiruna")]);
        assert!(lists.allow(&right).is_ok());
        let wrong = given(&[("grid_company", "nat_syd"), ("grid_area", "kiruna")]);
        assert_eq!(lists.allow(&wrong).unwrap_err().rule, "ELS-07");
    }

    #[test]
    fn what_is_wrong_in_a_file_is_named() {
        let broken =
            |from: &str, to: &str| Lists::parse(&BUILTIN.replacen(from, to, 1)).unwrap_err();
        assert!(matches!(
            broken("one_meter", "One Meter"),
            ListsError::Key("job_type", _)
        ));
        assert!(matches!(
            broken("several_meters", "one_meter"),
            ListsError::Key("job_type", _)
        ));
        assert!(matches!(
            broken(
                "\"basement\"\nname = { en = \"basement\"",
                "\"basement\"\nname = { en = \" \""
            ),
            ListsError::Name("meter_placement", _)
        ));
        assert!(matches!(
            broken("key = \"nat_syd\"", "name_ = \"\""),
            ListsError::Form(_)
        ));
        assert!(matches!(
            Lists::parse("grid_company = []\njob_type = []\nmeter_placement = []"),
            Err(ListsError::Length(_))
        ));
    }
}
