//! A step of a case and the replay of its history, against writing the same change as JSON.

use std::hint::black_box;

use color_eyre::{Result, eyre::eyre};
use loket::process::engine::{Actor, step};
use loket::process::replay::replay;

use super::measure::{compare, heading, row};
use super::process_world::{CONTACT, Sim, answers, calendars, context};

pub(crate) fn measure() -> Result<()> {
    let received = "2026-11-19T10:00:00+01:00";
    let sim = Sim::plain(received);
    let given = answers(CONTACT);
    let whole = Sim::plain(received)
        .contacted("2026-11-19T11:00:00+01:00")
        .answered("2026-11-20T09:00:00+01:00");
    replay(&whole.events, calendars()).map_err(|error| eyre!("{error:?}"))?;
    let json = |_| {
        black_box(serde_json::to_string(black_box(&whole.last)).is_ok());
    };
    heading(
        "Engine, against writing one change as JSON",
        &["what", "JSON", "measured", "ratio"],
    );
    let now = super::process_world::at("2026-11-19T11:00:00+01:00");
    let stepped = compare(2_000, json, |n| {
        let context = context(now, Actor::Agent, n as usize);
        black_box(step(&sim.case, "contact_party", &given, &context).is_ok());
    });
    let replayed = compare(2_000, json, |_| {
        black_box(replay(black_box(&whole.events), calendars()).is_ok());
    });
    for (what, compared) in [
        ("one step: contact the party", stepped),
        ("replay of a case of three events", replayed),
    ] {
        let [baseline, measured, ratio] = compared.cells();
        row(&[what.to_owned(), baseline, measured, ratio]);
    }
    Ok(())
}
