//! The building of a connection in the register of addresses, for those who go there. An order does
//! not wait long for it: it is known by its address as well.

use super::shared::Core;
use crate::exchange::outbox::Outcome;
use crate::exchange::sources::{FindHouses as _, Place};
use crate::store::StoreError;
use crate::store::rows::OutboxItem;
use crate::store::work::MessageContext;

/// So often the address service is asked before an order leaves without it.
const ASKED: i32 = 3;

impl Core {
    /// The id for an order; nothing for other messages, without a service, or when it knows none. The
    /// inner error: the message is to be tried again.
    pub(super) async fn building(
        &self,
        item: &OutboxItem,
        context: &MessageContext,
    ) -> Result<Result<Option<String>, Outcome>, StoreError> {
        let place = context.connection.as_ref();
        let place = place.and_then(|at| Place::parse(&at.postcode, &at.house_number).ok());
        let (Some(service), Some(place), true) = (
            &self.outside.addresses,
            place,
            item.kind.starts_with("order_"),
        ) else {
            return Ok(Ok(None));
        };
        let now = self.store.legal_now().await?;
        let number = place.house.number();
        match service.houses(&place.postcode, number, now).await {
            Ok(houses) => {
                let mut houses = houses.value.into_iter();
                let house = houses.find(|house| house.house == place.house);
                Ok(Ok(house.and_then(|house| house.bag_id)))
            }
            Err(trouble) if trouble.passes() && item.attempts < ASKED => {
                Ok(Err(Outcome::Retry(trouble.words(&self.texts))))
            }
            Err(trouble) => {
                let case = item.case_no.as_str();
                tracing::warn!(case, %trouble, "an order leaves without the id of its building");
                Ok(Ok(None))
            }
        }
    }
}
