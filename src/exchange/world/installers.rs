//! The Swedish side of the invented world: plants with their meters, two companies of installers, and
//! their notifications at different steps (`processes.md` 2.6). Numbers of people are of the time before
//! 1900, like everything that is made up for Sweden.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::dice::with_check_digit;
use super::script::{Given, given};
use super::story::local;
use super::{Registers, What, Who, WorldStep};
use crate::store::register::{ConnectionRecord, ContactRecord, MeterRecord, PartyRecord};

/// The grid company, as the lists that the program brings call it.
const COMPANY: &str = "Nät Syd AB";
/// The companies of installers.
const FIRMS: [&str; 2] = ["Sundets Elinstallation", "Kullabygdens El"];
const CITY: &str = "Helsingborg";
/// Street, number, postcode of each plant.
const PLANTS: &[(&str, i32, &str)] = &[
    ("Fyrvaktaregatan", 3, "25220"),
    ("Fyrvaktaregatan", 5, "25220"),
    ("Segelmakarevägen", 12, "25249"),
    ("Segelmakarevägen", 14, "25249"),
    ("Hamntorget", 2, "25222"),
    ("Kaprifolstigen", 7, "25451"),
    ("Kaprifolstigen", 9, "25451"),
    ("Kaprifolstigen", 11, "25451"),
    ("Lotsgränd", 1, "25225"),
    ("Lotsgränd", 4, "25225"),
];
/// First name, last name, number; the owner of the plant with that place.
const OWNERS: &[(&str, &str, &str)] = &[
    ("Signe", "Almkvist", "189103051018"),
    ("Torsten", "Bjurling", "189307142035"),
    ("Elna", "Cederstam", "189411023444"),
    ("Hjalmar", "Dagermark", "189601284152"),
    ("Märta", "Ekelid", "189709095260"),
    ("Gustaf", "Fagerlund", "189805216372"),
    ("Dagny", "Granelid", "189212307483"),
    ("Ivar", "Hassling", "189506178509"),
    ("Rut", "Isfelt", "189902119610"),
    ("Sixten", "Jernmark", "189008031727"),
];

/// How far a notification came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Story {
    /// Begun: hardly anything is filled in.
    Begun,
    /// The payer is missing.
    Unsent,
    /// Sent.
    Sent,
    /// Sent back.
    Returned,
    /// With its permit.
    Approved,
    /// The work is done.
    Done,
    /// The plant is energised.
    Energised,
    /// Rejected.
    Rejected,
}

/// Each with its company, the type of installation, and how many days ago it came.
const STORIES: &[(Story, usize, &str, u64)] = &[
    (Story::Energised, 0, "service_change", 13),
    (Story::Rejected, 0, "temporary", 12),
    (Story::Sent, 1, "extension", 10),
    (Story::Done, 0, "fuse_change", 9),
    (Story::Approved, 0, "work_in_existing", 8),
    (Story::Returned, 0, "fuse_change", 5),
    (Story::Sent, 0, "service_change", 2),
    (Story::Unsent, 0, "extension", 1),
    (Story::Begun, 0, "fuse_change", 1),
    (Story::Sent, 1, "fuse_change", 1),
];

/// What is added to the registers; nothing of what is there changes its place.
pub(super) fn settle(made: &mut Registers) {
    let party = |gln: String, name: &str, role: &str| PartyRecord {
        gln,
        name: name.to_owned(),
        role: role.to_owned(),
        country: "SE".to_owned(),
        company_number: None,
    };
    made.parties.push(party(gln(0), COMPANY, "grid_operator"));
    for (name, number) in FIRMS.into_iter().zip(1..) {
        made.parties.push(party(gln(number), name, "installer"));
        made.contacts.push(ContactRecord {
            gln: gln(number),
            contact_group: "Allmänt".to_owned(),
            name: "Kontoret".to_owned(),
            email: Some(format!("kontoret@{}.example", gln(number))),
            phone: None,
            valid_from: NaiveDate::from_ymd_opt(2018, 2, 13),
            valid_to: None,
        });
    }
    for (place, (street, number, postcode)) in PLANTS.iter().enumerate() {
        made.connections.push(ConnectionRecord {
            ean: ean(place),
            ean_valid: true,
            country: "SE".to_owned(),
            product: "E".to_owned(),
            street: (*street).to_owned(),
            house_number: Some(*number),
            house_letter: None,
            house_suffix: None,
            postcode: (*postcode).to_owned(),
            city: CITY.to_owned(),
            grid_operator_gln: gln(0),
            grid_area: Some("helsingborg".to_owned()),
            allocation_method: None,
        });
        made.meters.push(MeterRecord {
            meter_number: meter(place),
            ean: ean(place),
            technical_number: Some(format!("TS-{:05}", 4_100 + place)),
            meter_type: "smart".to_owned(),
            smart_admin: None,
            feed_in_suitable: None,
            smart_feasible: None,
            gsa_order: None,
        });
    }
}

fn gln(number: usize) -> String {
    with_check_digit(&format!("73500009{number:04}"))
}

fn ean(place: usize) -> String {
    with_check_digit(&format!("7350000900{place:07}"))
}

/// What stands on the meter.
fn meter(place: usize) -> String {
    format!("S{:07}", 200_140 + place)
}

/// The steps of the notifications, in the order of time.
pub(super) fn make(day: NaiveDate) -> Vec<WorldStep> {
    let mut steps = Vec::new();
    for (place, (story, firm, kind, days)) in STORIES.iter().enumerate() {
        let tale = Tale {
            reference: format!("ANM-{:05}", 310 + place),
            first: local(day, *days, 8 * 60 + i64::try_from(place * 7).unwrap_or(0)),
            place,
        };
        steps.push(tale.open(*story, gln(firm + 1), kind));
        tale.go_on(*story, &mut steps);
    }
    steps.sort_by_key(|step| step.at);
    steps
}

struct Tale {
    reference: String,
    first: DateTime<Utc>,
    place: usize,
}

impl Tale {
    fn open(&self, story: Story, firm: String, kind: &str) -> WorldStep {
        let mut answers = given([
            ("grid_company", "nat_syd"),
            ("installation_type", kind),
            ("job_type", "one_meter"),
            ("grid_area", "helsingborg"),
        ]);
        answers.push(("party_gln", firm));
        if story != Story::Begun {
            answers.extend(self.plant());
            answers.extend(self.person(&OWNER_FIELDS));
        }
        if !matches!(story, Story::Begun | Story::Unsent) {
            answers.extend(self.person(&PAYER_FIELDS));
            answers.push(("submitted", "yes".to_owned()));
        }
        WorldStep {
            at: self.first,
            who: Who::Intake,
            what: What::Open {
                process: "notification",
                reference: self.reference.clone(),
                received_at: self.first - TimeDelta::minutes(2),
                answers,
            },
        }
    }

    fn plant(&self) -> Given {
        let (street, number, postcode) = PLANTS[self.place % PLANTS.len()];
        vec![
            ("ean", ean(self.place)),
            ("meter_no", meter(self.place)),
            ("plant_address", format!("{street} {number}")),
            ("plant_postcode", postcode.to_owned()),
            ("plant_city", CITY.to_owned()),
            ("meter_placement", "facade".to_owned()),
            ("fuse_now", "16".to_owned()),
            ("fuse_wanted", "25".to_owned()),
        ]
    }

    fn person(&self, fields: &[&'static str; 8]) -> Given {
        let (first, last, number) = OWNERS[self.place % OWNERS.len()];
        let (street, house, postcode) = PLANTS[self.place % PLANTS.len()];
        let address = format!("{street} {house}");
        let phone = format!("+4642{:07}", 5_550_100 + self.place);
        let said = [
            "private", last, first, number, &address, postcode, CITY, &phone,
        ];
        let said = said.into_iter().map(str::to_owned);
        fields.iter().copied().zip(said).collect()
    }

    /// What both sides did with it since.
    fn go_on(&self, story: Story, steps: &mut Vec<WorldStep>) {
        let colleague = Who::Colleague(self.place);
        let mut act = |days: i64, who: Who, action: &'static str, answers: Given| {
            steps.push(WorldStep {
                at: self.first + TimeDelta::days(days) + TimeDelta::hours(2),
                who,
                what: What::Act {
                    reference: self.reference.clone(),
                    action,
                    answers,
                },
            });
        };
        match story {
            Story::Begun | Story::Unsent | Story::Sent => return,
            Story::Returned => {
                let why = "Kortslutningsströmmen saknas; ange också önskad säkring på ritningen.";
                return act(1, colleague, "return_incomplete", given([("reason", why)]));
            }
            Story::Rejected => {
                let why = "Adressen ligger i ett annat nät.";
                return act(1, colleague, "reject", given([("reason", why)]));
            }
            _ => act(1, colleague, "approve", given([("work_order", "no")])),
        }
        if story == Story::Approved {
            return;
        }
        let day = |days: i64| {
            let at = self.first + TimeDelta::days(days);
            at.date_naive().to_string()
        };
        let done = vec![("completed_on", day(4))];
        act(5, Who::Port, "completion_received", done);
        if story == Story::Energised {
            act(7, colleague, "energised", vec![("energised_on", day(7))]);
        }
    }
}

const OWNER_FIELDS: [&str; 8] = [
    "owner_kind",
    "owner_last_name",
    "owner_first_name",
    "owner_personal_no",
    "owner_address",
    "owner_postcode",
    "owner_city",
    "owner_phone",
];
const PAYER_FIELDS: [&str; 8] = [
    "payer_kind",
    "payer_last_name",
    "payer_first_name",
    "payer_personal_no",
    "payer_address",
    "payer_postcode",
    "payer_city",
    "payer_phone",
];
