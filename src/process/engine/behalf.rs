//! Who is at work stands in the answers of a form that asks for it, so that an event says whether a
//! step was the customer's own or an agent's on the customer's behalf (PRIO-04), and replay need not
//! know who it was. What a caller says of it counts for nothing.

use super::{Actor, Answer, Answers};
use crate::process::Field;
use crate::process::field::Value;

/// Whether an agent did it on behalf of the customer.
pub(super) const ON_BEHALF: &str = "on_behalf";
/// Who opened the request.
pub(super) const OPENED_BY: &str = "opened_by";

/// The answers, with what follows from the actor.
pub(super) fn told(fields: &[&'static Field], given: &Answers, actor: Actor) -> Answers {
    let mut given = given.clone();
    let is_agent = matches!(actor, Actor::Agent | Actor::Lead);
    let opener = match actor {
        Actor::Agent | Actor::Lead => "agent",
        Actor::Installer => "installer",
        Actor::System | Actor::Timer => "customer",
    };
    let told = [
        (ON_BEHALF, Value::Bool(is_agent)),
        (OPENED_BY, Value::word(opener)),
    ];
    for (key, value) in told {
        if fields.iter().any(|field| field.key == key) {
            given.insert(key.to_owned(), Answer::Value(value));
        }
    }
    given
}
