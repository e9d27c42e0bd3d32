//! The systems outside of a scripted run: a payment service, a code book and whoever takes orders and
//! letters, each a local server of the documented shape that keeps account of what it did.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use loket::exchange::http::Settings;
use loket::exchange::outbox::Delivery;
use loket::exchange::payment::{Provider, Service};
use loket::exchange::secret::{Secret, SecretFile};
use loket::exchange::sources::CodeBook;
use loket::exchange::worker::outside::{Listening, Outside, Payments};
use serde_json::{Value as Json, json};

use crate::support::http::{Asked, Reply, Server};
use crate::support::world::GRID;

/// Connections by postcode and number: EAN, letter and suffix.
pub(crate) type Houses = BTreeMap<(String, String), Vec<(String, String)>>;

/// What the systems outside know.
#[derive(Debug, Default)]
pub(crate) struct Books {
    /// Payments by id.
    pub(crate) payments: BTreeMap<String, Paying>,
    /// Everything that was delivered.
    pub(crate) delivered: Vec<Json>,
    /// What the code book has.
    pub(crate) houses: Houses,
    /// Connections in another grid.
    pub(crate) elsewhere: BTreeSet<String>,
    /// Whether the code book answers 503.
    pub(crate) is_away: bool,
    /// How often it did.
    pub(crate) turned_away: usize,
    /// Messages that came again, under the key that is known.
    pub(crate) repeats: usize,
    /// Of so many orders to the payment service the answer to one is lost after it did it; 0 for none.
    pub(crate) loses: usize,
    asked: usize,
}

/// A payment at the service.
#[derive(Debug)]
pub(crate) struct Paying {
    pub(crate) case_no: String,
    pub(crate) object: Json,
    /// Refunds by idempotency key.
    pub(crate) refunds: BTreeMap<String, Json>,
}

impl Paying {
    pub(crate) fn status(&self) -> &str {
        self.object["status"].as_str().unwrap()
    }
}

/// The servers, and what they know.
#[derive(Debug)]
pub(crate) struct Systems {
    books: Arc<Mutex<Books>>,
    payments: Server,
    code_book: Server,
    receiver: Server,
}

impl Systems {
    pub(crate) fn start() -> Self {
        let books = Arc::new(Mutex::new(Books::default()));
        let with = |answer: fn(&Asked, &mut Books) -> Reply| {
            let books = Arc::clone(&books);
            Server::start(move |asked| answer(asked, &mut books.lock().unwrap()))
        };
        Self {
            payments: with(pay),
            code_book: with(look_up),
            receiver: with(receive),
            books,
        }
    }

    pub(crate) fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }

    /// How messages leave.
    pub(crate) fn delivery(&self) -> Delivery {
        Delivery::parse(&self.receiver.base)
    }

    /// What a worker speaks with; acknowledgements are files of that directory.
    pub(crate) fn outside(&self, incoming: &std::path::Path) -> Outside {
        let key = SecretFile::Known(Secret::new("test_geheim"));
        let settings = Settings::at(&self.payments.base).with_key("Authorization", key);
        Outside {
            payments: Some(Payments {
                service: Service::Http(Provider::new(settings)),
                redirect_url: None,
                webhook_url: None,
            }),
            code_book: Some(CodeBook::new(Settings::at(&self.code_book.base))),
            addresses: None,
            listening: Listening {
                endpoint: None,
                directory: Some(incoming.to_owned()),
            },
            ..Outside::default()
        }
    }

    /// The customer of that case, or the bank, brings what is open there to that status.
    pub(crate) fn becomes(&self, case_no: &str, status: &str) {
        for payment in self.books().payments.values_mut() {
            if payment.case_no == case_no && payment.status() == "open" {
                payment.object["status"] = status.into();
            }
        }
    }
}

fn pay(asked: &Asked, books: &mut Books) -> Reply {
    let reply = do_pay(asked, books);
    books.asked += 1;
    if asked.method == "POST" && books.loses > 0 && books.asked.is_multiple_of(books.loses) {
        return Reply::new(503, json!({"detail": "lost"}));
    }
    reply
}

fn do_pay(asked: &Asked, books: &mut Books) -> Reply {
    let parts: Vec<&str> = asked.path().trim_start_matches("/v2/").split('/').collect();
    let key = || asked.header("Idempotency-Key").unwrap().replace('-', "");
    let payment = |books: &mut Books, id: &str, work: &dyn Fn(&mut Paying) -> Reply| {
        let known = books.payments.get_mut(id);
        known.map_or_else(|| Reply::new(404, json!({"status": 404})), work)
    };
    match (asked.method.as_str(), parts.as_slice()) {
        ("POST", ["payments"]) => {
            let id = format!("tr_{}", key());
            let made = books.payments.entry(id.clone());
            let made = made.or_insert_with(|| new_payment(&id, &asked.json()));
            Reply::new(201, &made.object)
        }
        ("GET", ["payments", id]) => payment(books, id, &|known| Reply::ok(&known.object)),
        ("DELETE", ["payments", id]) => payment(books, id, &|known| {
            if known.status() != "open" {
                return Reply::new(422, json!({"detail": "cannot be canceled"}));
            }
            known.object["status"] = "canceled".into();
            Reply::ok(&known.object)
        }),
        ("POST", ["payments", id, "refunds"]) => {
            let (key, amount) = (key(), asked.json()["amount"].clone());
            payment(books, id, &|known| {
                let id = format!("re_{key}");
                let refund = json!({"id": id, "amount": amount, "status": "pending"});
                Reply::new(201, &*known.refunds.entry(id).or_insert(refund))
            })
        }
        ("GET", ["payments", id, "refunds", refund]) => payment(books, id, &|known| {
            let kept = known.refunds.get_mut(*refund).unwrap();
            kept["status"] = "refunded".into();
            Reply::ok(&*kept)
        }),
        _ => Reply::new(404, json!({"status": 404})),
    }
}

fn new_payment(id: &str, order: &Json) -> Paying {
    Paying {
        case_no: order["metadata"]["case"].as_str().unwrap().to_owned(),
        object: json!({"resource": "payment", "id": id, "status": "open", "isCancelable": true,
            "amount": order["amount"], "description": order["description"],
            "_links": {"checkout": {"href": format!("https://pay.example/checkout/{id}")}}}),
        refunds: BTreeMap::new(),
    }
}

fn look_up(asked: &Asked, books: &mut Books) -> Reply {
    if books.is_away {
        books.turned_away += 1;
        return Reply::new(503, json!({}));
    }
    let said = |name| asked.parameter(name).unwrap_or_default().to_owned();
    let place = (said("postalCode"), said("streetNumber"));
    let addition = said("streetNumberAddition");
    let houses = books.houses.get(&place).map_or(&[][..], Vec::as_slice);
    let houses = houses
        .iter()
        .filter(|(_, at)| addition.is_empty() || *at == addition);
    let points = houses.map(|(ean, at)| {
        let is_elsewhere = books.elsewhere.contains(ean);
        let grid = if is_elsewhere { "8716871000002" } else { GRID };
        json!({"ean": ean, "product": "ELK", "organisation": "x", "gridOperatorEan": grid,
            "gridArea": "x", "address": {"postalCode": place.0, "streetNumber": place.1,
            "streetNumberAddition": at, "street": "x", "city": "x"}})
    });
    Reply::ok(json!({"meteringPoints": points.collect::<Vec<_>>()}))
}

fn receive(asked: &Asked, books: &mut Books) -> Reply {
    let envelope = asked.json();
    assert_eq!(
        asked.header("Idempotency-Key"),
        envelope["idem_key"].as_str()
    );
    // whoever takes orders knows their keys
    let is_known = |known: &Json| known["idem_key"] == envelope["idem_key"];
    if books.delivered.iter().any(is_known) {
        books.repeats += 1;
    } else {
        books.delivered.push(envelope);
    }
    Reply::ok(json!({}))
}
