//! Connections of invented Belgians for the demo, with a provider that may look at what they use: one
//! by quarter-hours, one by days until its user moved out, one of gas by hours.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Timelike as _, Utc};
use uuid::Uuid;

use super::dice::{self, with_check_digit};
use super::play::PlayError;
use crate::domain::consumption::{Energy, Grain, Register, Status, Step, ZONE, days};
use crate::process::engine::{self, Actor, Answer, Answers, Context};
use crate::process::field::Value;
use crate::store::case::Opening;
use crate::store::consumption::ConsumptionRow;
use crate::store::register::{ConnectionRecord, PartyRecord};
use crate::store::{Store, StoreError};

/// Days before today for which there is fine data, and for which there are days.
const FINE_DAYS: u64 = 40;
const ALL_DAYS: u64 = 500;
/// So many values go in at once.
const CHUNK: usize = 10_000;
/// A day on which the meter said nothing, every so many.
const SILENT: u64 = 17;

/// Behind all parties of the registers.
const PROVIDER: usize = 900;

/// A connection and its mandate.
struct Home {
    number: u32,
    energy: Energy,
    granularity: &'static str,
    /// Whether its user moved out three weeks ago.
    moved: bool,
}

const HOMES: [Home; 3] = [
    Home {
        number: 1,
        energy: Energy::Electricity,
        granularity: "day_and_fine",
        moved: false,
    },
    Home {
        number: 2,
        energy: Energy::Electricity,
        granularity: "day",
        moved: true,
    },
    Home {
        number: 3,
        energy: Energy::Gas,
        granularity: "day_and_fine",
        moved: false,
    },
];

impl Home {
    fn ean(&self) -> String {
        with_check_digit(&format!("5414499999{:07}", self.number))
    }

    fn record(&self) -> ConnectionRecord {
        ConnectionRecord {
            ean: self.ean(),
            ean_valid: true,
            country: "BE".to_owned(),
            product: match self.energy {
                Energy::Electricity => "E",
                Energy::Gas => "G",
            }
            .to_owned(),
            street: "Wilgendreef".to_owned(),
            house_number: i32::try_from(self.number * 4).ok(),
            house_letter: None,
            house_suffix: None,
            postcode: "9052".to_owned(),
            city: "Gent".to_owned(),
            grid_operator_gln: super::OWN_GLN.to_owned(),
            grid_area: None,
            allocation_method: None,
        }
    }

    /// What it used in a stretch of time: a curve of the day, less at night.
    fn values(&self, start: DateTime<Utc>, minutes: i64) -> Vec<(Register, i64)> {
        let local = start.with_timezone(&ZONE);
        let hour = i64::from(local.hour());
        let wave = start.timestamp() / 900 * 37 % 90;
        let of_hour = |watts: i64| (watts + wave) * minutes / 60;
        match self.energy {
            Energy::Electricity => {
                let is_night = !(7..22).contains(&hour);
                let used = of_hour(match hour {
                    0..7 => 180,
                    7..10 => 520,
                    10..17 => 260,
                    _ => 840,
                });
                let sun = if is_night { 0 } else { 6 - (hour - 13).abs() };
                let register = if is_night {
                    Register::OfftakeNight
                } else {
                    Register::OfftakeDay
                };
                let mut values = vec![(register, used)];
                let given = if is_night {
                    Register::InjectionNight
                } else {
                    Register::InjectionDay
                };
                values.push((given, of_hour(160) * sun.max(0)));
                values
            }
            Energy::Gas => {
                let is_heated = (6..9).contains(&hour) || hour > 16;
                let litres = of_hour(if is_heated { 480 } else { 130 });
                vec![
                    (Register::OfftakeVolume, litres),
                    (Register::OfftakeTotal, litres * 11),
                ]
            }
        }
    }

    /// A local day, as finely as it is kept.
    fn day(&self, day: NaiveDate, is_fine: bool, status: Status) -> Vec<ConsumptionRow> {
        let minutes = self.energy.minutes();
        let (begin, end) = (days::begin(day), days::end(day));
        let count = (end - begin).num_minutes() / minutes;
        let starts = (0..count).map(|n| begin + TimeDelta::minutes(n * minutes));
        let row = |register, start, grain, value| ConsumptionRow {
            ean: self.ean(),
            meter: format!("1SAG{:08}", self.number),
            register,
            start,
            grain,
            status,
            value,
        };
        let grain = Step::Fine(self.energy).grain();
        let all = starts.flat_map(|at| {
            let values = self.values(at, minutes).into_iter();
            values.map(move |(register, value)| (at, register, value))
        });
        if is_fine {
            return all
                .map(|(at, register, value)| row(register, at, grain, value))
                .collect();
        }
        let mut sums = std::collections::BTreeMap::new();
        for (_, register, value) in all {
            *sums.entry(register).or_insert(0) += value;
        }
        let sums = sums.into_iter();
        sums.map(|(register, value)| row(register, begin, Grain::Day, value))
            .collect()
    }

    /// All of it, until yesterday.
    fn all(&self, today: NaiveDate) -> Vec<ConsumptionRow> {
        let back = |n: u64| today.checked_sub_days(Days::new(n));
        let day = |n: u64| {
            let status = match n {
                1..=3 => Status::Estimated,
                4..=60 => Status::Read,
                _ => Status::Validated,
            };
            let is_fine = n <= FINE_DAYS && self.granularity != "day";
            let day = back(n).filter(|_| n % SILENT != 9);
            day.map_or_else(Vec::new, |day| self.day(day, is_fine, status))
        };
        (1..=ALL_DAYS).rev().flat_map(day).collect()
    }
}

/// Fills registers, opens the contract and the mandates, and brings what was used. Returns how many
/// cases came of it.
pub async fn play(admin: &Store) -> Result<usize, PlayError> {
    let provider = PartyRecord {
        gln: dice::gln(PROVIDER),
        name: "Energieadvies Leie".to_owned(),
        role: "service_provider".to_owned(),
        country: "BE".to_owned(),
        company_number: None,
    };
    admin
        .import_parties(std::slice::from_ref(&provider))
        .await?;
    let connections: Vec<ConnectionRecord> = HOMES.iter().map(Home::record).collect();
    admin.import_connections(&connections).await?;
    let now = admin.legal_now().await?;
    let today = days::of(now);
    open(admin, "contract", &contract(&provider.gln, today)).await?;
    for home in &HOMES {
        open(admin, "sharing", &mandate(home, &provider.gln, now)).await?;
        for chunk in home.all(today).chunks(CHUNK) {
            admin.consumption_merge(chunk, false).await?;
        }
    }
    Ok(1 + HOMES.len())
}

fn before(today: NaiveDate, days: u64) -> String {
    let day = today.checked_sub_days(Days::new(days));
    day.unwrap_or(today).to_string()
}

fn answers(given: &[(&str, String)]) -> Answers {
    let answer = |(key, value): &(&str, String)| {
        ((*key).to_owned(), Answer::Value(Value::Code(value.clone())))
    };
    given.iter().map(answer).collect()
}

fn contract(gln: &str, today: NaiveDate) -> Answers {
    answers(&[
        ("party_gln", gln.to_owned()),
        ("company_number", "0999912325".to_owned()),
        ("data_channel", "website".to_owned()),
        ("signed_on", before(today, 300)),
        ("approved_on", before(today, 290)),
        ("contract_number", "3599900012300".to_owned()),
    ])
}

fn mandate(home: &Home, gln: &str, now: DateTime<Utc>) -> Answers {
    let today = days::of(now);
    let mut given = vec![
        ("ean", home.ean()),
        ("party_gln", gln.to_owned()),
        ("requested_by", "grid_user".to_owned()),
        ("granularity", home.granularity.to_owned()),
        ("period_from", before(today, 450)),
        ("approved_at", (now - TimeDelta::days(200)).to_rfc3339()),
    ];
    if home.moved {
        given.push(("period_to", before(today, 21)));
    }
    answers(&given)
}

async fn open(admin: &Store, process: &'static str, given: &Answers) -> Result<(), PlayError> {
    let lost = |why| PlayError::Lost {
        reference: process.to_owned(),
        why,
    };
    let table = crate::process::find(process).ok_or_else(|| lost("no such process"))?;
    let calendars = admin.calendars().await?;
    let context = Context {
        now: admin.legal_now().await?,
        actor: Actor::System,
        calendars: &calendars,
        command: Uuid::now_v7(),
    };
    let change = engine::open(table, context.now, given, &context);
    let change = change.map_err(|refusal| PlayError::Refused {
        reference: process.to_owned(),
        action: "open".to_owned(),
        refusal: Box::new(refusal),
    })?;
    let opening = Opening {
        cmd: context.command,
        session: None,
        change: &change,
        reference: None,
        answers: given,
        calendars: &calendars,
    };
    match admin.case_open(&opening).await {
        Ok(_) => Ok(()),
        // the demo was made before
        Err(StoreError::Refused(refusal)) if refusal.key == "contract_exists" => Ok(()),
        Err(error) => Err(error.into()),
    }
}
