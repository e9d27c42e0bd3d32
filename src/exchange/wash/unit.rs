//! An enterprise in the shape of the public register (formats.md 5.5), from a file or an answer.

use serde::Deserialize;

use crate::wash::given;
use crate::wash::record::EnterpriseRow;

/// An enterprise as the public register gives it; what is not needed is not read.
#[derive(Debug, Deserialize)]
pub(in crate::exchange) struct Unit {
    organisasjonsnummer: String,
    #[serde(default)]
    navn: String,
    #[serde(default)]
    organisasjonsform: Form,
    #[serde(default)]
    forretningsadresse: Address,
    #[serde(default)]
    konkurs: bool,
    #[serde(default, rename = "underAvvikling")]
    under_avvikling: bool,
    #[serde(default, rename = "underTvangsavviklingEllerTvangsopplosning")]
    under_tvang: bool,
    slettedato: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Form {
    #[serde(default)]
    kode: String,
}

#[derive(Debug, Default, Deserialize)]
struct Address {
    #[serde(default)]
    adresse: Vec<Option<String>>,
    #[serde(default)]
    postnummer: Option<String>,
    #[serde(default)]
    poststed: Option<String>,
}

impl Address {
    /// The line with the street: the last that says something.
    fn street(&self) -> Option<&str> {
        let mut lines = self.adresse.iter().flatten().map(|line| line.trim());
        lines.rfind(|line| !line.is_empty())
    }
}

impl Unit {
    /// One object in the shape of the register.
    pub(in crate::exchange) fn read(json: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json)
    }

    /// What the wash needs of it, cleaned.
    pub(in crate::exchange) fn pack(&self) -> EnterpriseRow {
        let is_deleted = self
            .slettedato
            .as_deref()
            .is_some_and(|day| !day.is_empty());
        let condition = match self {
            _ if is_deleted => "deleted",
            Self { konkurs: true, .. } => "bankrupt",
            Self {
                under_avvikling,
                under_tvang,
                ..
            } if *under_avvikling || *under_tvang => "winding_up",
            _ => "",
        };
        let address = &self.forretningsadresse;
        let clean = |text: &str| crate::domain::sanitize::clean(text).into_owned();
        let street = address.street().map(clean).unwrap_or_default();
        EnterpriseRow::new([
            &given::number(&clean(&self.organisasjonsnummer)),
            &clean(&self.navn),
            &clean(&self.organisasjonsform.kode),
            &street,
            &clean(address.postnummer.as_deref().unwrap_or_default()),
            &clean(address.poststed.as_deref().unwrap_or_default()),
            condition,
        ])
    }
}
