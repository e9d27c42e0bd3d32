//! The six registers: which columns a file has and how a row becomes a record.

use super::check;
use super::refused::Refused;
use super::table::{Column, Row};
use crate::domain::country::Country;
use crate::store::register::{
    ConnectionRecord, ContactRecord, ContractRecord, CustomerRecord, MeterRecord, PartyRecord,
};
use crate::wash::given;
use crate::wash::record::protects;

/// A record that a row of a register file becomes.
pub trait Record: Sized + Send {
    /// The columns of its file.
    const COLUMNS: &'static [Column];
    /// The record of a row, or why it is none.
    fn of(row: &Row) -> Result<Self, Refused>;
    /// A value that the record comes in without, and why: it is no reason to leave out the rest.
    fn left_out(_row: &Row) -> Option<Refused> {
        None
    }
    /// What a refused row calls itself: no personal data.
    fn name(row: &Row) -> String;
    /// What tells it from other records.
    fn key(&self) -> String;
    /// The connection that must be registered before it.
    fn connection(&self) -> Option<&str> {
        None
    }
    /// The party that must be registered before it.
    fn party(&self) -> Option<&str> {
        None
    }
}

const fn must(name: &'static str) -> Column {
    Column {
        name,
        required: true,
    }
}

const fn may(name: &'static str) -> Column {
    Column {
        name,
        required: false,
    }
}

/// An empty text is an unknown one.
fn filled(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

impl Record for PartyRecord {
    const COLUMNS: &'static [Column] = &[
        must("gln"),
        must("name"),
        must("role"),
        must("country"),
        may("company_number"),
    ];

    fn of(row: &Row) -> Result<Self, Refused> {
        const ROLES: &[&str] = &["supplier", "service_provider", "grid_operator", "installer"];
        Ok(Self {
            gln: check::gln(row, "gln")?,
            name: check::text(row, "name")?,
            role: check::one_of(row, "role", ROLES)?,
            country: check::country(row, "country")?.code().to_owned(),
            company_number: filled(check::optional(row, "company_number")?),
        })
    }

    fn name(row: &Row) -> String {
        row.get("gln").to_owned()
    }

    fn key(&self) -> String {
        self.gln.clone()
    }
}

impl Record for ContactRecord {
    const COLUMNS: &'static [Column] = &[
        must("gln"),
        must("contact_group"),
        must("name"),
        may("email"),
        may("phone"),
        may("valid_from"),
        may("valid_to"),
    ];

    fn of(row: &Row) -> Result<Self, Refused> {
        let (valid_from, valid_to) = check::period(row)?;
        let (email, phone) = (check::email(row, "email")?, check::optional(row, "phone")?);
        if email.is_empty() && phone.is_empty() {
            return Err(Refused::new("unreachable").by("GT-26"));
        }
        Ok(Self {
            gln: check::gln(row, "gln")?,
            contact_group: check::text(row, "contact_group")?,
            name: check::text(row, "name")?,
            email: filled(email),
            phone: filled(phone),
            valid_from,
            valid_to,
        })
    }

    fn name(row: &Row) -> String {
        row.get("gln").to_owned()
    }

    fn key(&self) -> String {
        let from = self
            .valid_from
            .map(|day| day.to_string())
            .unwrap_or_default();
        let email = self.email.as_deref().unwrap_or_default();
        [&*self.gln, &*self.contact_group, &*self.name, email, &*from].join("\t")
    }

    fn party(&self) -> Option<&str> {
        Some(&self.gln)
    }
}

impl Record for ConnectionRecord {
    const COLUMNS: &'static [Column] = &[
        must("ean"),
        must("country"),
        must("product"),
        must("street"),
        must("house_number"),
        may("house_letter"),
        may("house_suffix"),
        must("postcode"),
        must("city"),
        must("grid_operator_gln"),
        may("grid_area"),
        may("allocation_method"),
    ];

    fn of(row: &Row) -> Result<Self, Refused> {
        let (ean, ean_valid) = check::ean(row, "ean")?;
        let country = check::country(row, "country")?;
        let (house_number, house_letter, house_suffix) = check::house(row)?;
        check::text(row, "postcode")?;
        Ok(Self {
            ean,
            ean_valid,
            country: country.code().to_owned(),
            product: check::one_of(row, "product", &["E", "G"])?,
            street: check::text(row, "street")?,
            house_number,
            house_letter: filled(house_letter),
            house_suffix: filled(house_suffix),
            postcode: check::postcode(row, country)?,
            city: check::text(row, "city")?,
            grid_operator_gln: check::gln(row, "grid_operator_gln")?,
            grid_area: filled(check::optional(row, "grid_area")?),
            allocation_method: Some(allocation(row)?),
        })
    }

    fn name(row: &Row) -> String {
        row.get("ean").to_owned()
    }

    fn key(&self) -> String {
        self.ean.clone()
    }
}

/// What stands on a meter; it is looked for in capitals.
fn meter(row: &Row) -> Result<String, Refused> {
    check::text(row, "meter_number")?;
    Ok(check::number(row, "meter_number")?.to_uppercase())
}

/// Profile allocation unless the file says otherwise.
fn allocation(row: &Row) -> Result<String, Refused> {
    match check::optional_of(row, "allocation_method", &["profile", "isma"])? {
        method if method.is_empty() => Ok("profile".to_owned()),
        method => Ok(method),
    }
}

impl Record for MeterRecord {
    const COLUMNS: &'static [Column] = &[
        must("meter_number"),
        must("ean"),
        may("technical_number"),
        must("meter_type"),
        may("smart_admin"),
        may("feed_in_suitable"),
        may("smart_feasible"),
        may("gsa_order"),
    ];

    fn of(row: &Row) -> Result<Self, Refused> {
        Ok(Self {
            meter_number: meter(row)?,
            ean: check::ean(row, "ean")?.0,
            technical_number: check::number(row, "technical_number").ok().and_then(filled),
            meter_type: check::one_of(row, "meter_type", &["conventional", "smart"])?,
            smart_admin: filled(check::optional_of(row, "smart_admin", &["on", "off"])?),
            feed_in_suitable: check::yes_no(row, "feed_in_suitable")?,
            smart_feasible: check::yes_no(row, "smart_feasible")?,
            gsa_order: filled(check::optional(row, "gsa_order")?),
        })
    }

    fn left_out(row: &Row) -> Option<Refused> {
        check::number(row, "technical_number").err()
    }

    fn name(row: &Row) -> String {
        row.get("meter_number").to_owned()
    }

    fn key(&self) -> String {
        [&*self.meter_number, &*self.ean].join("\t")
    }

    fn connection(&self) -> Option<&str> {
        Some(&self.ean)
    }
}

impl Record for CustomerRecord {
    const COLUMNS: &'static [Column] = &[
        must("customer_ref"),
        must("country"),
        must("kind"),
        must("first_name"),
        must("last_name"),
        must("organisation_name"),
        may("identifier"),
        may("birth_date"),
        may("iban_last3"),
        may("street"),
        may("house_number"),
        may("house_letter"),
        may("house_suffix"),
        may("postcode"),
        may("city"),
        may("phone"),
        may("email"),
        may("language"),
        may("protected"),
    ];

    fn of(row: &Row) -> Result<Self, Refused> {
        let country = check::country(row, "country")?;
        let (house_number, house_letter, house_suffix) = check::house(row)?;
        Ok(Self {
            customer_ref: check::text(row, "customer_ref")?,
            country: country.code().to_owned(),
            kind: customer_kind(row)?,
            first_name: filled(check::optional(row, "first_name")?),
            last_name: filled(check::optional(row, "last_name")?),
            organisation_name: filled(check::optional(row, "organisation_name")?),
            identifier: filled(number(check::optional(row, "identifier")?, country)),
            birth_date: check::day(row, "birth_date")?,
            iban_last3: filled(check::short(row, "iban_last3")?),
            street: filled(check::optional(row, "street")?),
            house_number,
            house_letter: filled(house_letter),
            house_suffix: filled(house_suffix),
            postcode: filled(check::postcode(row, country)?),
            city: filled(check::optional(row, "city")?),
            phone: filled(check::optional(row, "phone")?),
            email: filled(check::email(row, "email")?),
            language: Some(language(row, country)?),
            protected: protects(row.get("protected")),
        })
    }

    fn name(row: &Row) -> String {
        row.get("customer_ref").to_owned()
    }

    fn key(&self) -> String {
        self.customer_ref.clone()
    }
}

/// A Norwegian number is its digits, however it is grouped: by it people are protected and compared.
fn number(text: String, country: Country) -> String {
    match country {
        Country::No => given::number(&text).into_owned(),
        _ => text,
    }
}

/// The kind, held against the names: a business has one name, a person has a last name.
fn customer_kind(row: &Row) -> Result<String, Refused> {
    let kind = check::one_of(row, "kind", &["private", "business"])?;
    let named = match kind.as_str() {
        "business" => "organisation_name",
        _ => "last_name",
    };
    check::text(row, named).map(|_| kind)
}

fn language(row: &Row, country: Country) -> Result<String, Refused> {
    let fallback = match country {
        Country::Nl | Country::Be => "nl",
        Country::No => "nb",
        Country::Se => "sv",
    };
    match check::short(row, "language")?.to_lowercase() {
        word if word.is_empty() => Ok(fallback.to_owned()),
        word => Ok(word),
    }
}

impl Record for ContractRecord {
    const COLUMNS: &'static [Column] = &[
        must("ean"),
        must("customer_ref"),
        must("side"),
        must("party_gln"),
        must("valid_from"),
        may("valid_to"),
    ];

    fn of(row: &Row) -> Result<Self, Refused> {
        let (valid_from, valid_to) = check::period(row)?;
        let missing = || Refused::new("empty").with("column", "valid_from");
        Ok(Self {
            ean: check::ean(row, "ean")?.0,
            customer_ref: check::text(row, "customer_ref")?,
            side: check::one_of(row, "side", &["grid", "supply"])?,
            party_gln: check::gln(row, "party_gln")?,
            valid_from: valid_from.ok_or_else(missing)?,
            valid_to,
        })
    }

    fn name(row: &Row) -> String {
        row.get("ean").to_owned()
    }

    fn key(&self) -> String {
        let from = self.valid_from.to_string();
        [
            &*self.ean,
            &*self.customer_ref,
            &*self.side,
            &*self.party_gln,
            &*from,
        ]
        .join("\t")
    }

    fn connection(&self) -> Option<&str> {
        Some(&self.ean)
    }

    fn party(&self) -> Option<&str> {
        Some(&self.party_gln)
    }
}
