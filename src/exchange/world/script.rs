//! What happened in the invented world in the two weeks before: signals come in, colleagues work
//! them, parties answer or do not. Every case of the inbox has its history.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use super::dice::Dice;
use super::story::{STORIES, Story, local, wall};
use super::{OWN_GLN, Registers, What, Who, WorldStep};
use crate::process::general::{SIGNAL_TYPES, SOURCES};

/// How many colleagues the script speaks of.
const COLLEAGUES: usize = 5;

/// All steps in the order of time.
pub(super) fn make(dice: &mut Dice, registers: &Registers, day: NaiveDate) -> Vec<WorldStep> {
    let mut script = Script {
        dice,
        registers,
        day,
        steps: Vec::new(),
        signals: 0,
        colleague: 0,
    };
    for (story, count) in STORIES {
        for nth in 0..*count {
            script.signal(*story, nth);
        }
    }
    script.reports();
    let mut steps = script.steps;
    steps.sort_by_key(|step| step.at);
    steps
}

struct Script<'a> {
    dice: &'a mut Dice,
    registers: &'a Registers,
    day: NaiveDate,
    steps: Vec<WorldStep>,
    signals: usize,
    colleague: usize,
}

pub(super) type Given = Vec<(&'static str, String)>;

pub(super) fn given<const N: usize>(values: [(&'static str, &str); N]) -> Given {
    values.map(|(key, value)| (key, value.to_owned())).to_vec()
}

impl Script<'_> {
    fn at(&self, days_back: u64, minutes: i64) -> DateTime<Utc> {
        local(self.day, days_back, minutes)
    }

    /// Some time in office hours.
    fn office(&mut self, days_back: u64) -> DateTime<Utc> {
        let minutes = self.dice.between(9 * 60 + 10, 16 * 60 + 30);
        self.at(days_back, minutes)
    }

    fn signal(&mut self, story: Story, nth: usize) {
        self.signals += 1;
        self.colleague = (self.colleague + 1) % COLLEAGUES;
        let reference = format!("SIG-{:05}", self.signals);
        let begun = self.begin(story, nth);
        self.open(&reference, begun);
        self.go_on(story, nth, &reference);
        if story == Story::Waiting && nth.is_multiple_of(4) {
            self.again(&reference);
        }
    }

    /// When the signal was received.
    fn begin(&mut self, story: Story, nth: usize) -> DateTime<Utc> {
        let early = self.dice.between(7 * 60, 9 * 60);
        match story {
            Story::Fresh if nth.is_multiple_of(3) => {
                let late = self.dice.between(15 * 60, 21 * 60);
                self.at(1, late)
            }
            Story::Fresh => {
                let dawn = self.dice.between(5 * 60, 8 * 60 + 40);
                self.at(0, dawn)
            }
            Story::Waiting | Story::Assessing => self.at(3, early),
            Story::Overdue | Story::Unblock | Story::Wrong | Story::Rejected | Story::OwnDelay => {
                self.at(5, early)
            }
            Story::Silent => self.at(if nth == 0 { 9 } else { 6 }, early),
            Story::ClosedOk | Story::ClosedWrong => self.at(10, early),
            Story::ClosedUnlawful | Story::ClosedLate => self.at(13, early),
        }
    }

    fn go_on(&mut self, story: Story, nth: usize, reference: &str) {
        match story {
            Story::Fresh | Story::Overdue => {}
            Story::Waiting => self.contact(reference, if nth < 6 { 3 } else { 1 }),
            Story::Assessing => {
                self.contact(reference, 3);
                self.answer(reference, 1, nth % 5 != 4);
            }
            Story::OwnDelay => {
                self.contact(reference, 5);
                self.answer(reference, 3, true);
            }
            Story::Unblock => self.until_accepted(reference, 5),
            Story::Wrong => self.wrong(reference, 1),
            Story::Silent => self.contact(reference, if nth == 0 { 9 } else { 6 }),
            Story::Rejected => self.until_rejected(reference, 5),
            Story::ClosedOk => {
                self.until_accepted(reference, 10);
                self.act(reference, 7, "unblocked", Vec::new());
            }
            Story::ClosedWrong => {
                self.wrong(reference, 9);
                self.act(reference, 8, "unblocked", Vec::new());
            }
            Story::ClosedUnlawful => {
                self.until_rejected(reference, 13);
                self.close(reference, 8);
            }
            Story::ClosedLate => self.late(reference),
        }
    }

    fn until_accepted(&mut self, reference: &str, days_back: u64) {
        self.contact(reference, days_back);
        self.answer(reference, days_back - 1, true);
        self.act(reference, days_back - 2, "proof_accepted", Vec::new());
        if days_back < 8 {
            return;
        }
        let note = "Machtiging gezien: datum, sleutel en getoonde tekst kloppen.";
        self.act(
            reference,
            days_back - 2,
            "add_note",
            given([("note", note)]),
        );
    }

    fn until_rejected(&mut self, reference: &str, days_back: u64) {
        self.contact(reference, days_back);
        self.answer(reference, days_back - 1, false);
        let reason = "De getoonde tekst noemt het uitlezen van de slimme meter niet.";
        self.act(
            reference,
            days_back - 2,
            "proof_rejected",
            given([("reason", reason)]),
        );
    }

    fn late(&mut self, reference: &str) {
        self.contact(reference, 13);
        let at = self.office(7);
        let fields = vec![("proof_at", wall(at - TimeDelta::hours(1)))];
        self.step(at, reference, "late_proof", fields);
    }

    fn close(&mut self, reference: &str, days_back: u64) {
        let fields = given([
            ("customer_informed", "yes"),
            ("party_informed", "yes"),
            ("data_breach_seen", "no"),
        ]);
        self.act(reference, days_back, "close", fields);
    }

    fn wrong(&mut self, reference: &str, days_back: u64) {
        let fields = given([("wrong_reason", "wrong_party")]);
        self.act(reference, days_back, "wrongly_blocked", fields);
    }

    /// Somebody of the contact group is reached; who that is, is looked up when it is played.
    fn contact(&mut self, reference: &str, days_back: u64) {
        let at = self.office(days_back);
        let channel = self.dice.pick(&["phone", "email", "email", "portal"]);
        let mut fields = given([("channel", channel), ("ask_proof", "yes")]);
        fields.push(("contacted_at", wall(at)));
        self.step(at, reference, "contact_party", fields);
    }

    fn answer(&mut self, reference: &str, days_back: u64, has_proof: bool) {
        let at = self.at(days_back, 8 * 60 + 15) + TimeDelta::minutes(self.dice.between(0, 40));
        let findings = "Wij hebben de aanmelding teruggezocht en de klant gesproken.";
        let mut fields = given([("findings", findings)]);
        fields.push(("responded_at", wall(at - TimeDelta::minutes(5))));
        fields.push((
            "proof_given",
            if has_proof { "yes" } else { "no" }.to_owned(),
        ));
        if has_proof {
            let signed = self.dice.between(40, 400);
            let signed = u64::try_from(signed).unwrap_or(40);
            let date = self
                .day
                .checked_sub_days(Days::new(signed))
                .unwrap_or(self.day);
            let channel = self.dice.pick(&["website", "app", "phone", "paper"]);
            fields.extend(given([
                ("mandate_date", &date.to_string()),
                ("mandate_channel", channel),
                ("key_kind", "customer_key"),
                ("text_shown", "yes"),
            ]));
        }
        self.step(at, reference, "party_responded", fields);
    }

    fn act(&mut self, reference: &str, days_back: u64, action: &'static str, fields: Given) {
        let after = self.last(reference) + TimeDelta::minutes(20);
        let at = self.office(days_back).max(after);
        self.step(at, reference, action, fields);
    }

    fn last(&self, reference: &str) -> DateTime<Utc> {
        let of_case = self
            .steps
            .iter()
            .rev()
            .find(|step| step.reference() == reference);
        of_case.map_or_else(|| self.at(30, 0), |step| step.at)
    }

    fn step(&mut self, at: DateTime<Utc>, reference: &str, action: &'static str, fields: Given) {
        let at = at.max(self.last(reference) + TimeDelta::minutes(7));
        self.steps.push(WorldStep {
            at,
            who: Who::Colleague(self.colleague),
            what: What::Act {
                reference: reference.to_owned(),
                action,
                answers: fields,
            },
        });
    }

    fn open(&mut self, reference: &str, received_at: DateTime<Utc>) {
        let subject = self.subject();
        let source = if self.dice.percent(60) {
            SOURCES[0]
        } else {
            self.dice.pick(SOURCES)
        };
        let mut answers = subject;
        answers.extend(given([
            ("source", source),
            ("signal_type", self.dice.pick(SIGNAL_TYPES)),
            ("summary", self.dice.pick(SUMMARIES)),
        ]));
        self.came_in("doubt", reference, received_at, answers);
        let confirmed = received_at + TimeDelta::minutes(4);
        self.steps.push(WorldStep {
            at: confirmed,
            who: Who::Port,
            what: What::Act {
                reference: reference.to_owned(),
                action: "block_confirmed",
                answers: Vec::new(),
            },
        });
    }

    fn came_in(
        &mut self,
        process: &'static str,
        reference: &str,
        received_at: DateTime<Utc>,
        answers: Given,
    ) {
        self.steps.push(WorldStep {
            at: received_at + TimeDelta::minutes(3),
            who: Who::Intake,
            what: What::Open {
                process,
                reference: reference.to_owned(),
                received_at,
                answers,
            },
        });
    }

    /// A connection of its own for each signal, so that no two meet by accident, and a party.
    fn subject(&mut self) -> Given {
        let place = (self.signals * 5) % self.registers.connections.len();
        let connection = &self.registers.connections[place];
        let readers: Vec<_> = self
            .registers
            .parties
            .iter()
            .filter(|party| reads(party))
            .collect();
        let party = readers[self.dice.place(readers.len())];
        let customer = &self.registers.customers[place];
        let is_isma = connection.allocation_method.as_deref() == Some("isma");
        given([
            ("ean", &connection.ean),
            ("party_gln", &party.gln),
            ("customer_ref", &customer.customer_ref),
            ("concerns_isma", if is_isma { "yes" } else { "no" }),
        ])
    }

    /// A second signal on the same connection and party: it joins the open case.
    fn again(&mut self, reference: &str) {
        let first = self.steps.iter().find(|step| step.reference() == reference);
        let Some(What::Open { answers, .. }) = first.map(|step| step.what.clone()) else {
            return;
        };
        let at = self.at(0, 7 * 60 + 30);
        self.came_in("doubt", &format!("{reference}-B"), at, answers);
    }

    fn reports(&mut self) {
        let kinds = [
            "satisfied",
            "dissatisfied",
            "unknown",
            "dissatisfied",
            "unknown",
        ];
        for (nth, satisfaction) in kinds.into_iter().enumerate() {
            self.signals += 1;
            let reference = format!("PRT-{:05}", nth + 1);
            let received = self.office(2);
            let closed = received - TimeDelta::hours(if nth == 3 { 100 } else { 20 });
            let mut answers = self.subject();
            answers.retain(|(key, _)| *key != "concerns_isma");
            answers.extend(given([
                ("findings", "Machtiging gevonden; de klant twijfelt eraan."),
                ("actions", "Klacht besproken, uitlezen uitgelegd."),
                ("satisfaction", satisfaction),
            ]));
            answers.push(("complaint_closed_at", wall(closed)));
            self.came_in("party_report", &reference, received, answers);
            if nth == 1 {
                self.act(&reference, 1, "accept_findings", Vec::new());
            }
        }
    }
}

const SUMMARIES: &[&str] = &[
    "Klant herkent de partij niet en heeft nergens toestemming voor gegeven.",
    "Klant is vorig jaar overgestapt; de oude partij leest de meter nog steeds uit.",
    "Klant zag in het verbruiksoverzicht dat een onbekende partij meeleest.",
    "Toestemming was voor een eenmalig advies, maar de meter wordt elke dag uitgelezen.",
];

fn reads(party: &crate::store::register::PartyRecord) -> bool {
    party.gln != OWN_GLN && matches!(party.role.as_str(), "supplier" | "service_provider")
}
