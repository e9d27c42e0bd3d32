//! The public register of enterprises (formats.md 5.5): by number, and by name in pages. It answers
//! 404 for a number that never was, 410 for one that was removed, and keeps deleted ones with the
//! day. Whoever is bankrupt or being wound up is registered, and says so.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::Sourced;
use super::registers::{FindEnterprises, Standing, standing};
use crate::domain::organisasjonsnummer::Organisasjonsnummer;
use crate::exchange::http::{Client, Question, Settings};
use crate::exchange::trouble::Trouble;
use crate::exchange::wash::unit::Unit;
use crate::wash::record::EnterpriseRow;

/// Name of the source in answers.
pub const SOURCE: &str = "enterprises";
/// Rows of a page, and pages that are read: who has more namesakes is not found by name.
const PAGE: usize = 100;
const PAGES: usize = 5;

/// The register at an address.
#[derive(Debug, Clone)]
pub struct EnterpriseService {
    client: Client,
}

/// A page of a search.
#[derive(Debug, Deserialize)]
struct Page {
    #[serde(default, rename = "_embedded")]
    embedded: Embedded,
    #[serde(default)]
    page: Counts,
}

#[derive(Debug, Default, Deserialize)]
struct Embedded {
    #[serde(default)]
    enheter: Vec<Unit>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Counts {
    #[serde(default)]
    total_pages: usize,
}

impl EnterpriseService {
    /// The base is what stands before `/enheter`: `https://…/enhetsregisteret/api`.
    pub fn new(settings: Settings) -> Self {
        Self {
            client: Client::new(settings),
        }
    }
}

impl FindEnterprises for EnterpriseService {
    async fn enterprise(
        &self,
        number: &Organisasjonsnummer,
        now: DateTime<Utc>,
    ) -> Result<Sourced<Standing>, Trouble> {
        let question = Question::get(&format!("/enheter/{}", number.as_str()));
        let value = match self.client.ask::<Unit>(question).await {
            Ok(unit) => {
                let row = unit.pack();
                if row.number() != number.as_str() {
                    return Err(Trouble::lasting("garbled").with("place", "organisasjonsnummer"));
                }
                standing(Some(row))
            }
            Err(trouble) if trouble.key == "gone" => Standing::Removed,
            Err(trouble) if trouble.key == "unknown" => Standing::Unknown,
            Err(trouble) => return Err(trouble),
        };
        Ok(Sourced {
            source: SOURCE,
            at: now,
            value,
        })
    }

    async fn enterprises_named(
        &self,
        name: &str,
        now: DateTime<Utc>,
    ) -> Result<Sourced<Vec<EnterpriseRow>>, Trouble> {
        let mut rows: Vec<EnterpriseRow> = Vec::new();
        for page in 0..PAGES {
            let question = Question::get("/enheter")
                .with("navn", name)
                .with("size", &PAGE)
                .with("page", &page);
            let answer: Page = self.client.ask(question).await?;
            for row in answer.embedded.enheter.iter().map(Unit::pack) {
                let is_new = rows.iter().all(|known| known.number() != row.number());
                if is_new && row.condition() != "deleted" {
                    rows.push(row);
                }
            }
            if page + 1 >= answer.page.total_pages {
                return Ok(Sourced {
                    source: SOURCE,
                    at: now,
                    value: rows,
                });
            }
        }
        let most = (PAGES * PAGE).to_string();
        Err(Trouble::lasting("too_many_hits").with("count", &most))
    }
}
