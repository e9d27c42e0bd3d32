//! Requests for a smart meter in the invented world: what customers began in the night and this
//! morning, how far colleagues came with them on the telephone, and what became of the others.
//! Checks and payments are the worker's own, in practice, so that its tables agree with the cases.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::script::{Given, given};
use super::story::local;
use super::{OWN_GLN, Registers, What, Who, WorldStep};
use crate::exchange::payment::practice::Told;
use crate::store::register::{ConnectionRecord, MeterRecord};

/// Which meter a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// It can be exchanged.
    Good,
    /// It is smart already.
    Smart,
    /// No smart one can be placed.
    Impossible,
    /// Its exchange is planned already.
    Planned,
    /// Another company's.
    Foreign,
}

/// How far a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Story {
    /// The customer came to this step alone.
    Began(&'static str),
    /// The checks were asked for and answered.
    Checked(Wanted),
    /// An agent chose to wait for the free exchange.
    Waits,
    /// A start time is to be chosen.
    Planning,
    /// The customer is paying.
    Paying,
    /// The bank said no: another try.
    Failed,
    /// Paid; the order is out.
    Paid,
    /// The technician has it.
    Ordered,
    /// The meter hangs.
    Placed,
    /// The customer did not want it any more.
    Cancelled,
}

const STORIES: &[(Story, usize)] = &[
    (Story::Began("contact"), 3),
    (Story::Began("location"), 2),
    (Story::Began("meter"), 2),
    (Story::Checked(Wanted::Good), 2),
    (Story::Checked(Wanted::Planned), 2),
    (Story::Checked(Wanted::Smart), 2),
    (Story::Checked(Wanted::Impossible), 1),
    (Story::Checked(Wanted::Foreign), 1),
    (Story::Waits, 1),
    (Story::Planning, 3),
    (Story::Paying, 2),
    (Story::Failed, 1),
    (Story::Paid, 1),
    (Story::Ordered, 2),
    (Story::Placed, 2),
    (Story::Cancelled, 1),
];

/// All of it happens in so many minutes before the morning on which the world is looked at: a
/// customer who is paying has a quarter of an hour.
const MINUTES: i64 = 12;

/// The steps of the requests, in the order of time.
pub(super) fn make(registers: &Registers, day: NaiveDate) -> Vec<WorldStep> {
    let mut requests = Requests {
        registers,
        day,
        steps: Vec::new(),
        number: 0,
    };
    for (story, count) in STORIES {
        for _ in 0..*count {
            requests.request(*story);
        }
    }
    requests.rounds();
    let mut steps = requests.steps;
    steps.sort_by_key(|step| step.at);
    steps
}

struct Requests<'a> {
    registers: &'a Registers,
    day: NaiveDate,
    steps: Vec<WorldStep>,
    number: usize,
}

impl Requests<'_> {
    /// Seconds into the last minutes.
    fn at(&self, second: i64) -> DateTime<Utc> {
        local(self.day, 0, 9 * 60 - MINUTES) + TimeDelta::seconds(second)
    }

    fn request(&mut self, story: Story) {
        self.number += 1;
        let reference = format!("PRIO-{:05}", self.number);
        let wanted = match story {
            Story::Checked(wanted) => wanted,
            Story::Waits => Wanted::Planned,
            _ => Wanted::Good,
        };
        let step = match story {
            Story::Began(step) => step,
            _ => "meter",
        };
        self.open(&reference, step, wanted);
        self.go_on(story, &reference);
    }

    fn go_on(&mut self, story: Story, reference: &str) {
        match story {
            Story::Began(_) | Story::Checked(_) => return,
            Story::Waits => return self.act(60, reference, "choose_wait_free", Vec::new()),
            _ => self.act(
                60,
                reference,
                "flavour_chosen",
                given([("flavour", "smart_on")]),
            ),
        }
        match story {
            Story::Planning => return,
            Story::Cancelled => {
                return self.act(80, reference, "cancel_by_customer", Vec::new());
            }
            _ => {
                let note = "Klant aan de telefoon; deze tijd past.";
                self.act(
                    80,
                    reference,
                    "slot_chosen",
                    given([("contact_note", note)]),
                );
            }
        }
        match story {
            Story::Paying => return,
            Story::Failed => return self.pay(140, reference, Told::Failed),
            _ => self.pay(140, reference, Told::Paid),
        }
        if matches!(story, Story::Ordered | Story::Placed) {
            self.outside(240, reference, "domain_ack");
            self.outside(260, reference, "gsa_ack");
        }
        if story == Story::Placed {
            self.outside(300, reference, "gsa_done");
        }
    }

    fn open(&mut self, reference: &str, step: &'static str, wanted: Wanted) {
        let (connection, meter, customer) = self.subject(wanted);
        let house = [
            connection.house_number.map(|number| number.to_string()),
            connection.house_letter.clone(),
            connection.house_suffix.clone(),
        ];
        let house = house.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let mut answers = given([("customer_ref", customer), ("step", step)]);
        let place = match step {
            "contact" => ["contact_postcode", "contact_house_number"],
            _ => ["postcode", "house_number"],
        };
        answers.push((place[0], connection.postcode.clone()));
        answers.push((place[1], house));
        if step == "meter" {
            answers.extend(given([
                ("ean", &connection.ean),
                ("meter_no", &meter.meter_number),
                ("declares_authorised", "yes"),
            ]));
        }
        let number = i64::try_from(self.number).unwrap_or(0);
        // some came in the night, those on the telephone just now
        let received_at = match step {
            "meter" => self.at(number) - TimeDelta::seconds(40),
            _ => self.at(number) - TimeDelta::minutes(35 * number),
        };
        self.steps.push(WorldStep {
            at: self.at(number),
            who: Who::Intake,
            what: What::Open {
                process: "prio",
                reference: reference.to_owned(),
                received_at,
                answers,
            },
        });
    }

    /// The next connection of that sort: each request has its own.
    fn subject(&self, wanted: Wanted) -> (&ConnectionRecord, &MeterRecord, &str) {
        let registers = self.registers;
        let all = registers.connections.iter().zip(&registers.meters);
        let fitting: Vec<usize> = all
            .enumerate()
            .filter(|(_, (connection, meter))| sort_of(connection, meter) == Some(wanted))
            .map(|(place, _)| place)
            .collect();
        let place = fitting[self.number % fitting.len()];
        let customer = &registers.customers[place].customer_ref;
        (
            &registers.connections[place],
            &registers.meters[place],
            customer,
        )
    }

    fn act(&mut self, second: i64, reference: &str, action: &'static str, answers: Given) {
        self.step(
            second,
            Who::Colleague(self.number),
            reference,
            (action, answers),
        );
    }

    fn outside(&mut self, second: i64, reference: &str, action: &'static str) {
        self.step(second, Who::Port, reference, (action, Vec::new()));
    }

    fn step(
        &mut self,
        second: i64,
        who: Who,
        reference: &str,
        (action, answers): (&'static str, Given),
    ) {
        let at = self.at(second + i64::try_from(self.number).unwrap_or(0) / 4);
        self.steps.push(WorldStep {
            at,
            who,
            what: What::Act {
                reference: reference.to_owned(),
                action,
                answers,
            },
        });
    }

    fn pay(&mut self, second: i64, reference: &str, told: Told) {
        let at = self.at(second);
        self.steps.push(WorldStep {
            at,
            who: Who::Port,
            what: What::Pay {
                reference: reference.to_owned(),
                told,
            },
        });
    }

    /// The worker's rounds: after the requests, after the start times, after the payments.
    fn rounds(&mut self) {
        for second in [50, 120, 200] {
            self.steps.push(WorldStep {
                at: self.at(second),
                who: Who::Port,
                what: What::Round,
            });
        }
    }
}

fn sort_of(connection: &ConnectionRecord, meter: &MeterRecord) -> Option<Wanted> {
    if connection.product != "E" {
        return None;
    }
    Some(match () {
        () if connection.grid_operator_gln != OWN_GLN => Wanted::Foreign,
        () if meter.meter_type == "smart" => Wanted::Smart,
        () if meter.smart_feasible != Some(true) => Wanted::Impossible,
        () if meter.gsa_order.is_some() => Wanted::Planned,
        () => Wanted::Good,
    })
}
