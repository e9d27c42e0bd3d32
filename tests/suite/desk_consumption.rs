//! Consumption at the desk: a purpose first, then week, month, year and what was measured, one period
//! after the other, as far as the mandate goes (FLU-26, 27, 31, 34…38).

use chrono::{Datelike as _, NaiveDate, TimeDelta};
use loket::desk::effect::{Call, Question, Reply, Ticket};
use loket::desk::habits::Clip;
use loket::desk::screen::Layer;
use loket::desk::screen::consumption::{Got, State};
use loket::desk::{Effect, Msg, next_wake};
use loket::domain::consumption::shown::{Mark, Naming};
use loket::domain::consumption::{Consumption, Energy, Found, Peak, Register, Status, Step, days};
use loket::plain::Teller;
use loket::process::engine::Refusal;
use loket::process::field::Value;
use loket::store::StoreError;
use loket::store::consumption::Look;
use loket::store::rows::CaseId;

use crate::support::desk::{Script, loaded, offline};

const CASE: CaseId = CaseId(1);
const EAN: &str = "541448800200007298";
const SIZES: [(u16, u16); 3] = [(80, 24), (120, 32), (160, 48)];

/// A desk on a mandate of that granularity, from March 2025 until before 19 November 2026.
fn desk(size: (u16, u16), granularity: &str, product: &str) -> Script {
    let mut script = Script::new(size.0, size.1);
    for tab in &mut script.model.desk.tabs {
        for row in tab.rows.iter_mut().filter(|row| row.case.case_id == CASE) {
            row.case.process = "sharing".into();
        }
    }
    let mut given = loaded(CASE);
    given.detail.row.process = "sharing".into();
    given.detail.row.case_no = "SM-2026-000007".into();
    given.detail.facts.process = "sharing".into();
    given.detail.facts.state = "active".into();
    let facts = &mut given.detail.facts.facts;
    facts.clear();
    for (key, value) in [
        ("granularity", granularity),
        ("period_from", "2025-03-01"),
        ("effective_date", "2026-11-19"),
    ] {
        facts.insert(key.into(), Value::Code(value.into()));
    }
    given.detail.facts.clocks.clear();
    let connection = given.detail.connection.as_mut().unwrap();
    (connection.ean, connection.product) = (EAN.into(), product.into());
    script.model.world.keep(given);
    script
}

/// The looks that were asked for; everything else is answered, the case itself is not read again.
fn looks(script: &mut Script) -> Vec<(Ticket, Look<'static>)> {
    let mut found = Vec::new();
    for effect in script.take() {
        match effect {
            Effect::Write(ticket, call) => match *call {
                Call::Look(look) => found.push((ticket, look)),
                other => panic!("{other:?}"),
            },
            Effect::Ask(_, Question::Detail(_)) => {}
            other => script.answer(other),
        }
    }
    found
}

fn one(script: &mut Script) -> (Ticket, Look<'static>) {
    let mut found = looks(script);
    assert_eq!(found.len(), 1, "{}", script.screen());
    found.remove(0)
}

fn register(n: i64, energy: Energy) -> Vec<(Register, i64)> {
    match energy {
        Energy::Electricity => vec![
            (Register::OfftakeDay, 5200 + 700 * (n % 5)),
            (Register::OfftakeNight, 3100 + 400 * (n % 3)),
            (Register::InjectionDay, 900 * (n % 4)),
        ],
        Energy::Gas => vec![
            (Register::OfftakeTotal, 21_000 + 900 * (n % 7)),
            (Register::OfftakeVolume, 1900 + 80 * (n % 7)),
        ],
    }
}

/// A year has the peaks of its months.
fn peaks(look: &Look<'_>) -> Vec<Peak> {
    let months = look.from.iter_days().take_while(|day| *day < look.to);
    let months = months.filter(|day| day.day() == 1 && look.step == Step::Month);
    let peak = |month: NaiveDate| Peak {
        month,
        status: Status::ALL[month.month0() as usize % 3],
        value: 3000 + 17 * i64::from(month.month()),
    };
    months.map(peak).collect()
}

/// Values for a look: every ninth is missing, some are estimated, validated, or known in part.
fn values(look: &Look<'_>, energy: Energy) -> Consumption {
    let mut values = Vec::new();
    let (mut start, end) = (days::begin(look.from), days::begin(look.to));
    let mut n = 0_i64;
    while start < end {
        let next = look.step.end(start);
        for (register, value) in register(n, energy) {
            let status = Status::ALL[usize::try_from((n / 2) % 3).unwrap()];
            let length = (next.min(end) - start).num_minutes();
            let covered = if n % 7 == 3 { length - 15 } else { length };
            let value = value * length / 1440;
            let found = Found {
                register,
                start,
                covered,
                status,
                value,
                own: None,
            };
            if n % 9 != 5 {
                values.push(found);
            }
        }
        start = next;
        n += 1;
    }
    Consumption {
        ean: EAN.into(),
        energy,
        values,
        peaks: peaks(look),
    }
}

/// The look that was asked for is answered.
fn answered(script: &mut Script, energy: Energy) -> Look<'static> {
    let (ticket, look) = one(script);
    let found = values(&look, energy);
    script.reply(ticket, Reply::Looked(Ok(Box::new(found))));
    look
}

/// A month of it on the screen.
pub(crate) fn a_month(size: (u16, u16)) -> Script {
    let mut script = desk(size, "day_and_fine", "E");
    script.keys("V 1 m left");
    let asked = looks(&mut script);
    let (ticket, look) = asked.last().unwrap();
    let found = values(look, Energy::Electricity);
    script.reply(*ticket, Reply::Looked(Ok(Box::new(found))));
    script
}

fn state(script: &Script) -> &State {
    match script.model.layers.last() {
        Some(Layer::Consumption(state)) => state,
        other => panic!("no consumption: {other:?}"),
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn period(look: &Look<'_>) -> (String, String, Step) {
    (look.from.to_string(), look.to.to_string(), look.step)
}

/// FLU-36, FLU-34: a purpose first, each look carries it; then week, month and year by days and months.
#[test]
fn flu_36_a_purpose_then_week_month_and_year() {
    for size in SIZES {
        let mut script = desk(size, "day_and_fine", "E");
        let name = format!("{}x{}", size.0, size.1);
        script.keys("V");
        assert!(looks(&mut script).is_empty(), "nothing before the purpose");
        insta::assert_snapshot!(format!("purpose_{name}"), script.screen());
        script.keys("3");
        insta::assert_snapshot!(format!("loading_{name}"), script.screen());
        let look = answered(&mut script, Energy::Electricity);
        assert_eq!((look.purpose, look.is_export), ("complaint", false));
        let week = ("2026-11-16".into(), "2026-11-19".into(), Step::Day);
        assert_eq!(period(&look), week, "cut before the change");
        insta::assert_snapshot!(format!("week_cut_{name}"), script.screen());
        script.keys("left");
        let look = answered(&mut script, Energy::Electricity);
        let week = ("2026-11-09".into(), "2026-11-16".into(), Step::Day);
        assert_eq!(period(&look), week);
        assert_eq!(look.purpose, "complaint");
        insta::assert_snapshot!(format!("week_{name}"), script.screen());
        script.keys("m left");
        let asked = looks(&mut script);
        let (ticket, look) = asked.last().unwrap();
        let found = Reply::Looked(Ok(Box::new(values(look, Energy::Electricity))));
        script.reply(*ticket, found);
        let month = ("2026-10-01".into(), "2026-11-01".into(), Step::Day);
        assert_eq!(period(look), month);
        insta::assert_snapshot!(format!("month_{name}"), script.screen());
        script.keys("y");
        let look = answered(&mut script, Energy::Electricity);
        let year = ("2026-01-01".into(), "2026-11-19".into(), Step::Month);
        assert_eq!(period(&look), year);
        insta::assert_snapshot!(format!("year_{name}"), script.screen());
    }
}

/// FLU-26, FLU-37: what was measured is a week, also of 25 hours a day; pages are days of it.
#[test]
fn flu_37_what_was_measured_is_seen_by_the_week() {
    for size in SIZES {
        let mut script = desk(size, "day_and_fine", "E");
        script.keys("V 1 m left");
        let asked = looks(&mut script);
        let (ticket, look) = asked.last().unwrap();
        let found = Reply::Looked(Ok(Box::new(values(look, Energy::Electricity))));
        script.reply(*ticket, found);
        for _ in 0..6 {
            script.keys("up");
        }
        let slot = state(&script).shown().unwrap().slots[state(&script).at];
        assert_eq!(days::of(slot.start), day("2026-10-25"));
        script.keys("f");
        let look = answered(&mut script, Energy::Electricity);
        let fine = Step::Fine(Energy::Electricity);
        let week = ("2026-10-19".into(), "2026-10-26".into(), fine);
        assert_eq!(period(&look), week);
        assert_eq!(state(&script).shown().unwrap().slots.len(), 7 * 96 + 4);
        script.keys("pgup pgdn");
        let name = format!("fine_{}x{}", size.0, size.1);
        insta::assert_snapshot!(name, script.screen());
        script.keys("home pgdn");
        let here = state(&script);
        let slot = here.shown().unwrap().slots[here.at];
        assert_eq!(slot.start, days::begin(day("2026-10-20")), "a day further");
    }
}

/// FLU-31, FLU-26, FLU-27: nothing behind the capped end, nothing before the period, no month of fine
/// data: the rule is named, what can be done too, and nothing is asked of the database.
#[test]
fn flu_31_a_refusal_says_which_rule_and_what_to_do() {
    let mut script = desk((80, 24), "fine", "E");
    script.keys("V 1");
    answered(&mut script, Energy::Electricity);
    script.keys("m");
    assert!(looks(&mut script).is_empty());
    let said = script.screen();
    assert!(
        said.contains("FLU-26") && said.contains("another period"),
        "{said}"
    );
    insta::assert_snapshot!("refused_80x24", said);
    script.keys("w");
    assert!(script.screen().contains("FLU-36"), "{}", script.screen());
    let mut script = desk((160, 48), "day", "E");
    script.keys("V 1");
    answered(&mut script, Energy::Electricity);
    script.keys("f");
    assert!(script.screen().contains("FLU-03"), "{}", script.screen());
    script.keys("y left left");
    looks(&mut script);
    assert!(script.screen().contains("FLU-27"), "{}", script.screen());
    insta::assert_snapshot!("refused_160x48", script.screen());
}

/// FLU-36: behind this week lies the future, and it is not looked at.
#[test]
fn flu_36_nobody_looks_ahead() {
    let mut script = desk((80, 24), "day", "E");
    script.keys("V 1");
    answered(&mut script, Energy::Electricity);
    script.keys("right");
    assert!(looks(&mut script).is_empty());
    assert!(matches!(state(&script).got, Got::Shown(_)));
    assert!(
        script.screen().contains("lies ahead"),
        "{}",
        script.screen()
    );
}

/// FLU-35: gas in kWh and in m³, without a further look; electricity has one unit.
#[test]
fn flu_35_gas_has_two_units() {
    let mut script = desk((80, 24), "day_and_fine", "G");
    script.keys("V 2");
    answered(&mut script, Energy::Gas);
    assert!(script.screen().contains("21.000"), "{}", script.screen());
    script.keys("u");
    assert!(looks(&mut script).is_empty());
    let said = script.screen();
    assert!(said.contains("1.900") && said.contains("m³"), "{said}");
    assert!(!said.contains("21.000"), "{said}");
    script.keys("f");
    let look = answered(&mut script, Energy::Gas);
    assert_eq!(look.step, Step::Fine(Energy::Gas));
    insta::assert_snapshot!("gas_80x24", script.screen());
    let mut script = desk((80, 24), "day", "E");
    script.keys("V 2");
    answered(&mut script, Energy::Electricity);
    script.keys("u");
    assert!(
        script.screen().contains("one unit only"),
        "{}",
        script.screen()
    );
}

/// FLU-38: what is taken along is what is shown, as it is named, with an event of its own.
#[test]
fn flu_38_exactly_what_is_shown_is_taken_along() {
    let mut script = desk((80, 24), "day", "E");
    script.keys("V 4");
    answered(&mut script, Energy::Electricity);
    assert!(script.screen().contains("5414..........7298"));
    assert!(!script.screen().contains(EAN));
    let shown = state(&script).shown().unwrap().clone();
    script.keys("e");
    let (ticket, call) = script.writes().pop().unwrap();
    let Call::Export {
        look,
        shown: taken,
        name,
        ..
    } = call
    else {
        panic!("no export")
    };
    assert_eq!(*taken, shown);
    assert_eq!((look.purpose, look.is_export), ("hand_over", true));
    assert_eq!(look.naming, Naming::Masked);
    assert_eq!((look.from, look.to), (shown.from, shown.to));
    assert_eq!(name, "consumption_SM-2026-000007_2026-11-16_2026-11-18.csv");
    script.reply(ticket, Reply::Exported(Ok(Ok("/home/anna/a.csv".into()))));
    assert!(script.screen().contains("Written: a.csv, in /home/anna"));
}

/// FLU-34, decision 21: the connection is named by the ends of its number. All of it is a look of its own,
/// with the purpose, shown for 30 seconds, taken along as long, and never with another period; at the lock
/// it is gone. Where somebody is protected the database says no.
#[test]
fn flu_34_the_whole_number_is_asked_for_and_goes_again() {
    let mut script = desk((120, 32), "day", "E");
    script.keys("V 2");
    let look = answered(&mut script, Energy::Electricity);
    assert_eq!(look.naming, Naming::Masked);
    let is_whole = |script: &Script| script.screen().contains(EAN);
    assert!(!is_whole(&script));
    script.keys("up x");
    let at = state(&script).at;
    let look = answered(&mut script, Energy::Electricity);
    assert_eq!((look.naming, look.purpose), (Naming::Whole, "check"));
    assert!(is_whole(&script) && state(&script).at == at);
    script.keys("e");
    let (_, call) = script.writes().pop().unwrap();
    let Call::Export { look, shown, .. } = call else {
        panic!("no export")
    };
    assert_eq!(
        (look.naming, shown.connection.as_str()),
        (Naming::Whole, EAN)
    );
    let end = script.now + TimeDelta::seconds(30);
    assert!(next_wake(&script.model, script.now).unwrap() <= end);
    script.now = end - TimeDelta::milliseconds(1);
    script.send(Msg::Wake);
    assert!(is_whole(&script));
    script.now = end;
    script.send(Msg::Wake);
    assert!(!is_whole(&script), "thirty seconds");
    for gone in ["left", "x", "L"] {
        script.keys("x");
        answered(&mut script, Energy::Electricity);
        assert!(is_whole(&script), "{gone}");
        script.keys(gone);
        looks(&mut script);
        assert!(!is_whole(&script), "{gone}");
        assert_eq!(state(&script).naming, Naming::Masked, "{gone}");
        if gone == "left" {
            script.keys("r");
            answered(&mut script, Energy::Electricity);
        }
    }
    let mut script = desk((120, 32), "day", "E");
    script.keys("V 2");
    answered(&mut script, Energy::Electricity);
    script.keys("x");
    let (ticket, _) = one(&mut script);
    let why = StoreError::Refused(Refusal::new("person_protected"));
    script.reply(ticket, Reply::Looked(Err(why)));
    assert!(script.screen().contains("protected") && !is_whole(&script));
    script.keys("r");
    assert_eq!(one(&mut script).1.naming, Naming::Masked);
}

/// FLU-38: what is missing is said to be missing in chart and table, and is in no sum.
#[test]
fn flu_38_missing_is_shown_as_missing() {
    let mut script = desk((120, 32), "day", "E");
    script.keys("V 1 left");
    let asked = looks(&mut script);
    let (ticket, look) = asked.last().unwrap();
    let found = values(look, Energy::Electricity);
    script.reply(*ticket, Reply::Looked(Ok(Box::new(found))));
    let here = state(&script);
    let Got::Shown(picture) = &here.got else {
        panic!("nothing shown")
    };
    assert_eq!(picture.bars[5].mark, Mark::Missing);
    assert_eq!(picture.bars[3].mark, Mark::Part);
    assert_eq!(picture.bars[5].up, (0, 0));
    let said = script.screen();
    assert!(said.contains("missing ?"), "{said}");
    assert!(said.contains("24 h 15 min missing"), "{said}");
}

/// A period without any value, a server that is away, and an answer that nobody waits for any more.
#[test]
fn empty_away_and_late() {
    let mut script = desk((80, 24), "day", "E");
    script.keys("V 1");
    let (late, _) = one(&mut script);
    script.keys("left");
    let (ticket, look) = one(&mut script);
    let mut nothing = values(&look, Energy::Electricity);
    let early = nothing.clone();
    script.reply(late, Reply::Looked(Ok(Box::new(early))));
    assert_eq!(state(&script).got, Got::Waiting, "of another period");
    nothing.values.clear();
    script.reply(ticket, Reply::Looked(Ok(Box::new(nothing))));
    assert!(script.screen().contains("no values in this time"));
    insta::assert_snapshot!("empty_80x24", script.screen());
    script.keys("r");
    let (ticket, _) = one(&mut script);
    let why = StoreError::Bug("a fault".into());
    script.reply(ticket, Reply::Looked(Err(why)));
    assert!(script.screen().contains("could not be read"));
    script.keys("r");
    let (ticket, _) = one(&mut script);
    script.reply(ticket, Reply::Looked(Err(offline())));
    assert!(matches!(state(&script).got, Got::Failed(_)));
    script.keys("esc");
    assert!(script.model.layers.is_empty());
    script.now += TimeDelta::seconds(1);
}

/// FLU-38: read line by line there is no chart, and the table says each day with its values and its
/// letters; what is missing is said.
#[test]
fn flu_38_the_lines_say_the_table_and_no_chart() {
    let mut script = a_month((120, 32));
    script.model.world.clip = Clip::Said;
    let said = Teller::new().tell(&script.model);
    let all = said.join("\n");
    assert!(all.contains("Tue 6 Oct 2026, missing ?"), "{all}");
    assert!(all.contains("Sat 31 Oct 2026, 5.200 e"), "{all}");
    assert!(all.contains("Thu 1 Oct 2026"), "every day is said: {all}");
    assert!(!all.contains(['█', '▒']), "{all}");
}

/// FLU-34: from any other case by its connection; one mandate leads on, several are a choice, none says
/// what to do.
#[test]
fn flu_34_a_connection_leads_to_its_mandates() {
    let mut script = desk((80, 24), "day", "E");
    script.keys("j");
    script.rest();
    script.answer_all();
    let hits = |script: &mut Script, count: usize| {
        script.keys("V");
        let asked = script.take().into_iter().find_map(|effect| match effect {
            Effect::Ask(ticket, Question::Search(text)) => Some((ticket, text)),
            _ => None,
        });
        let (ticket, text) = asked.unwrap();
        assert_eq!(text.len(), 18, "its number");
        let row = script.model.desk.tabs[script.model.desk.at].rows[0]
            .case
            .clone();
        let hit = loket::store::rows::SearchHit {
            row,
            how: "ean".into(),
        };
        script.reply(ticket, Reply::Search(Ok(vec![hit; count])));
    };
    hits(&mut script, 0);
    assert!(script.screen().contains("FLU-24"), "{}", script.screen());
    hits(&mut script, 2);
    assert!(
        script.screen().contains("Several mandates"),
        "{}",
        script.screen()
    );
    script.keys("1");
    assert!(
        script.screen().contains("which purpose"),
        "{}",
        script.screen()
    );
    script.keys("esc");
    hits(&mut script, 1);
    script.keys("1");
    assert_eq!(one(&mut script).1.case_id, CASE);
}
