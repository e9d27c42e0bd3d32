//! Whatever is searched for: an answer or a refusal, never an error of SQL.

use loket::store::StoreError;
use proptest::prelude::*;

use super::{text, tried};
use crate::support::world::World;

/// What the person who searched may be told.
fn is_an_answer<T: std::fmt::Debug>(what: &str, given: &str, told: &Result<T, StoreError>) {
    let is_fine = matches!(told, Ok(_) | Err(StoreError::Refused(_)));
    assert!(is_fine, "{what} of {given:?}: {told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_searched_for_nobody_sees_an_error_of_sql() {
    let world = World::new().await;
    let _case = world.signal(1).await;
    let anna = world.desk("anna").await;
    let digits = "[0-9]{1,30}";
    let address = "[1-9][0-9]{3} ?[A-Z]{2}[ ,]{0,3}[0-9]{0,12}[a-z]{0,3}";
    let inputs = prop_oneof![4 => text(), 1 => digits, 1 => address];
    let handle = tokio::runtime::Handle::current();
    tokio::task::block_in_place(|| {
        tried(200, &inputs, |given| {
            handle.block_on(async {
                // the desk takes out what acts on terminals before it asks
                let typed = loket::domain::sanitize::clean(&given);
                is_an_answer("search", &given, &anna.store.search(&typed, 50).await);
                is_an_answer("parties", &given, &anna.store.parties_like(&typed).await);
                let customers = anna.store.customers_like(&typed).await;
                is_an_answer("customers", &given, &customers);
                is_an_answer("number", &given, &anna.store.case_by_number(&typed).await);
                let looked = anna.store.look_up(&typed, &typed).await;
                is_an_answer("look up", &given, &looked);
            });
        });
    });
}
