//! Open deadlines after an edit of the calendar: the change of each case that holds one, computed by
//! the engine (`loket db recount`). Aim: 100,000 below one second.

use std::hint::black_box;

use chrono::TimeDelta;
use color_eyre::{Result, eyre::eyre};
use loket::domain::calendar::{Calendar, Calendars, FreeDay, FreeKind};
use loket::domain::country::Country;
use loket::process::engine::{Actor, Answers, Context, step};
use loket::system;
use uuid::Uuid;

use super::measure::{heading, row};
use super::process_world::{Sim, at, calendars};

const CASES: u32 = 100_000;

pub(crate) fn measure() -> Result<()> {
    // received on every minute of the two days before the new free day: some move, some do not
    let first = at("2026-11-18T08:00:00+01:00");
    let different: Vec<Sim> = (0..500)
        .map(|n| Sim::plain(&(first + TimeDelta::minutes(n * 5)).to_rfc3339()))
        .collect();
    let later = edited()?;
    let now = at("2026-11-20T08:00:00+01:00");
    let context = Context {
        now,
        actor: Actor::Lead,
        calendars: &later,
        command: Uuid::from_u128(9),
    };
    let (mut times, mut moved) = (Vec::new(), 0);
    for _ in 0..5 {
        moved = 0;
        let began = system::monotonic();
        for sim in different.iter().cycle().take(CASES as usize) {
            let change = step(&sim.case, "recount", &Answers::new(), &context);
            moved += u32::from(black_box(&change).is_ok());
        }
        times.push(began.elapsed());
    }
    times.sort();
    heading(
        "Cases recomputed after an edit of the calendar (aim: 100,000 below one second)",
        &["cases", "of them moved", "seconds", "a case"],
    );
    let time = times[times.len() / 2];
    row(&[
        CASES.to_string(),
        moved.to_string(),
        format!("{:.2}", time.as_secs_f64()),
        format!("{:.1} µs", (time / CASES).as_secs_f64() * 1e6),
    ]);
    Ok(())
}

/// The built-in calendars and a further Dutch version with one more free day.
fn edited() -> Result<Calendars> {
    let mut all = calendars().clone();
    let mut next = Calendar::builtin(Country::Nl).map_err(|error| eyre!("{error}"))?;
    next.version += 1;
    let day = FreeDay {
        name_key: String::new(),
        name: "Brugdag".into(),
        law: "Besluit gelijkstelling".into(),
        kind: FreeKind::Public,
    };
    next.days.insert("2026-11-20".parse()?, day);
    all.insert(next).map_err(|error| eyre!("{error}"))?;
    Ok(all)
}
