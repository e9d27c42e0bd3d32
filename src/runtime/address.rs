//! What is at an address: the registers of the database, and beside them the EAN code book and the
//! address service where they are set. Asked in a task of its own; a source that is away takes away
//! what it alone knows, never what the registers say (PRIO-05, PRIO-20, PRIO-27).

use std::time::Duration;

use crate::desk::request::found::{AtAddress, Away, Bare};
use crate::desk::request::meters::Place;
use crate::exchange::sources::{
    self, AddressService, CodeBook, Connection, EnterpriseService, PersonService,
};
use crate::exchange::sources::{FindConnections as _, FindHouses as _};
use crate::exchange::sources::{addresses, code_book};
use crate::exchange::trouble::Trouble;
use crate::store::connections::FoundMeter;
use crate::store::{Store, StoreError};

/// How long a customer on the telephone waits for a source outside.
const PATIENCE: Duration = Duration::from_secs(5);
/// How many houses of a number are named.
const HOUSES: usize = 8;

/// The sources outside that the chooser of meters asks.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// Which connections are at an address, and on whose grid.
    pub code_book: Option<CodeBook>,
    /// Which houses there are.
    pub addresses: Option<AddressService>,
    /// Which enterprise has a number; else the imported extract says so.
    pub enterprises: Option<EnterpriseService>,
    /// Who a person is; else the imported extract says so.
    pub persons: Option<PersonService>,
}

impl Sources {
    /// Everything that is known of an address. Fails only when the database does.
    pub(super) async fn at(&self, store: &Store, place: &Place) -> Result<AtAddress, StoreError> {
        let asked = sources::Place {
            postcode: place.postcode.clone(),
            house: place.house.clone(),
        };
        let now = store.legal_now().await?;
        let book = async {
            let book = self.code_book.as_ref()?;
            Some(within(book.connections(&asked, now)).await)
        };
        let register = store.connection_find(&place.postcode, &place.house);
        let (register, book) = tokio::join!(register, book);
        let mut known = AtAddress::from(register?);
        match book {
            None => {}
            Some(Ok(book)) => {
                let own = store.own_operators().await?;
                let own: Vec<&str> = own.iter().map(|own| own.gln.as_str()).collect();
                merge(&mut known, book.value, &own);
            }
            Some(Err(trouble)) => known.away.push(away(code_book::SOURCE, trouble)),
        }
        if known.is_empty() || !known.exact {
            self.name_houses(&mut known, &asked, now).await;
        }
        Ok(known)
    }

    /// Nothing is at the address as it was given: which addresses there are at that number.
    async fn name_houses(
        &self,
        known: &mut AtAddress,
        asked: &sources::Place,
        now: chrono::DateTime<chrono::Utc>,
    ) {
        let Some(service) = &self.addresses else {
            return;
        };
        let houses = service.houses(&asked.postcode, asked.house.number(), now);
        match within(houses).await {
            Ok(houses) => {
                let houses = houses.value.into_iter().take(HOUSES);
                known.houses = Some(houses.map(|it| it.house.to_string()).collect());
            }
            Err(trouble) => known.away.push(away(addresses::SOURCE, trouble)),
        }
    }
}

pub(super) async fn within<T>(
    asked: impl Future<Output = Result<T, Trouble>>,
) -> Result<T, Trouble> {
    let answered = tokio::time::timeout(PATIENCE, asked).await;
    answered.unwrap_or_else(|_| Err(Trouble::later("slow", None)))
}

fn away(source: &'static str, trouble: Trouble) -> Away {
    Away {
        source,
        key: trouble.key,
        args: trouble.args,
    }
}

/// Whose grid each meter is on says the code book; connections of which the registers have no meter are
/// there as well.
fn merge(known: &mut AtAddress, book: sources::Found, own: &[&str]) {
    let is_ours = |it: &Connection| own.contains(&it.operator_gln.number.as_str());
    let exact: Vec<&str> = book.at.iter().map(|it| it.ean.number.as_str()).collect();
    if !known.exact && !exact.is_empty() {
        // the code book knows which of those at the number have that letter
        known.meters.retain(|it| exact.contains(&it.ean.as_str()));
        known.exact = true;
    }
    for it in book.at.iter().chain(&book.near) {
        let same = |meter: &&mut FoundMeter| meter.ean == it.ean.number;
        for meter in known.meters.iter_mut().filter(same) {
            meter.ours = is_ours(it);
            meter.operator_gln.clone_from(&it.operator_gln.number);
            if !it.operator.is_empty() {
                meter.operator.clone_from(&it.operator);
            }
        }
    }
    if book.at.is_empty() && known.meters.is_empty() {
        known.exact = book.near.is_empty();
    }
    let listed = if book.at.is_empty() && known.is_empty() {
        book.near
    } else {
        book.at
    };
    let is_new = |it: &Connection| known.meters.iter().all(|meter| meter.ean != it.ean.number);
    let bare: Vec<Bare> = listed
        .into_iter()
        .filter(is_new)
        .map(|it| bare(&it, is_ours(&it)))
        .collect();
    known.bare = bare;
}

fn bare(it: &Connection, ours: bool) -> Bare {
    let operator = if it.operator.is_empty() {
        &it.operator_gln.number
    } else {
        &it.operator
    };
    let address = it.address.as_ref();
    let address = address.map(|it| {
        let said = [&*it.street, &*it.house, &*it.postcode, &*it.city];
        said.join(" ").trim().to_owned()
    });
    Bare {
        ean: it.ean.number.clone(),
        is_valid: it.ean.is_valid,
        operator: operator.clone(),
        ours,
        address: address.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::sources::Reported;

    const OURS: &str = "8716879000004";
    const OTHER: &str = "8712423010208";

    fn meter(ean: &str) -> FoundMeter {
        FoundMeter {
            ean: ean.into(),
            meter_number: format!("E{}", &ean[14..]),
            address: String::new(),
            operator_gln: OURS.into(),
            operator: "Ons Netbeheer".into(),
            ours: true,
            smart: None,
            smart_admin: None,
            feasible: None,
            feed_in_suitable: None,
            gsa_order: None,
        }
    }

    fn connection(ean: &str, gln: &str, operator: &str) -> Connection {
        Connection {
            ean: Reported::ean(ean),
            operator: operator.into(),
            operator_gln: Reported::gln(gln),
            area: String::new(),
            address: None,
            is_special: None,
            bag_id: None,
        }
    }

    const FIRST: &str = "871687900400000015";
    const SECOND: &str = "871687900400000022";

    /// PRIO-27: whose grid it is says the code book, with the name of the operator.
    #[test]
    fn prio_27_the_code_book_says_whose_grid_a_meter_is_on() {
        let mut known = AtAddress {
            exact: true,
            meters: vec![meter(FIRST)],
            ..AtAddress::default()
        };
        let book = sources::Found {
            at: vec![connection(FIRST, OTHER, "Buurnet")],
            near: Vec::new(),
        };
        merge(&mut known, book, &[OURS]);
        assert!(!known.meters[0].ours);
        assert_eq!(known.meters[0].operator, "Buurnet");
        assert!(known.bare.is_empty(), "it is one and the same connection");
    }

    /// PRIO-20: a connection without a meter in the registers is shown as well.
    #[test]
    fn prio_20_a_connection_without_a_registered_meter_is_there_as_well() {
        let mut known = AtAddress {
            exact: true,
            meters: vec![meter(FIRST)],
            ..AtAddress::default()
        };
        let book = sources::Found {
            at: vec![connection(SECOND, OURS, "Ons Netbeheer")],
            near: vec![connection("871687900400000039", OURS, "Ons Netbeheer")],
        };
        merge(&mut known, book, &[OURS]);
        let bare: Vec<&str> = known.bare.iter().map(|it| it.ean.as_str()).collect();
        assert_eq!((known.meters.len(), &*bare), (1, &[SECOND][..]));
        assert!(known.bare[0].ours);
    }

    /// PRIO-20: the registers spell the letter differently; the code book knows which one it is.
    #[test]
    fn prio_20_the_code_book_tells_which_of_those_at_the_number() {
        let mut known = AtAddress {
            meters: vec![meter(FIRST), meter(SECOND)],
            ..AtAddress::default()
        };
        let book = sources::Found {
            at: vec![connection(SECOND, OURS, "")],
            near: vec![connection(FIRST, OURS, "")],
        };
        merge(&mut known, book, &[OURS]);
        assert!(known.exact);
        assert_eq!(known.meters.len(), 1);
        assert_eq!(known.meters[0].operator, "Ons Netbeheer");
    }
}
