//! Consumption as pages (FLU-38): read back by a reader that is not ours.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use loket::domain::consumption::guard::{Rule, Span, Window};
use loket::domain::consumption::shown::{Naming, Shown, Sight};
use loket::domain::consumption::{Consumption, Energy, Found, Register, Status, Step, Unit, days};
use loket::exchange::consumption::page::{self, Report};
use loket::store::rows::{CaseDetail, CaseId};
use loket::text::{LANGUAGES, Texts, format};
use lopdf::{Document, Object};
use proptest::prelude::*;

use crate::support::desk;

const EAN: &str = "541448800200007298";
const FINE: Step = Step::Fine(Energy::Electricity);

fn made() -> DateTime<Utc> {
    "2026-11-20T13:07:00Z".parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Offtake by day and night, injection at noon; each value of its own size, some estimated.
fn values(from: NaiveDate, to: NaiveDate, step: Step) -> Vec<Found> {
    let mut values = Vec::new();
    let mut start = step.begin(days::begin(from));
    let mut n = 0;
    while start < days::begin(to) {
        let end = step.end(start);
        for (register, value) in [
            (Register::OfftakeDay, 1_000 + n % 96 * 37),
            (Register::OfftakeNight, 400 + n % 31 * 11),
            (Register::InjectionDay, (n % 48) * 20),
        ] {
            values.push(Found {
                register,
                start,
                covered: (end - start).num_minutes(),
                status: match n % 7 / 5 + n % 2 {
                    0 => Status::Validated,
                    1 => Status::Estimated,
                    _ => Status::Read,
                },
                value,
                own: None,
            });
        }
        start = end;
        n += 1;
    }
    values
}

fn found(values: Vec<Found>, energy: Energy) -> Consumption {
    Consumption {
        ean: EAN.to_owned(),
        energy,
        values,
        peaks: Vec::new(),
    }
}

fn sight(span: Span, on: &str, step: Step) -> Sight {
    let (from, to) = span.around(day(on));
    Sight {
        span,
        step,
        window: Window {
            from,
            to,
            cut_by: None,
        },
        unit: Unit::Kwh,
        naming: Naming::Whole,
    }
}

/// A span with all its values.
fn whole(span: Span, on: &str, step: Step) -> Shown {
    let sight = sight(span, on, step);
    let values = values(sight.window.from, sight.window.to, step);
    Shown::of(&found(values, Energy::Electricity), &sight, made())
}

fn detail() -> CaseDetail {
    desk::loaded(CaseId(1)).detail
}

fn pages(lang: &str, shown: &[Shown], detail: &CaseDetail) -> Vec<u8> {
    page::pdf(&Report {
        texts: &Texts::load(lang),
        detail,
        shown,
        purpose: "hand_over",
        made: made(),
    })
}

/// The text of each page, with a line for each piece.
fn read(bytes: &[u8]) -> BTreeMap<u32, String> {
    let document = Document::load_mem(bytes).unwrap();
    let numbers = document.get_pages().into_keys();
    numbers
        .map(|number| (number, document.extract_text(&[number]).unwrap()))
        .collect()
}

/// What is written where: each piece with its place in points.
fn pieces(bytes: &[u8]) -> Vec<(f32, f32)> {
    let document = Document::load_mem(bytes).unwrap();
    let places = document.page_iter().flat_map(|page| {
        let content = document.get_and_decode_page_content(page).unwrap();
        content.operations.into_iter()
    });
    let places = places.filter(|operation| operation.operator == "Td");
    let number = |object: &Object| object.as_float().unwrap();
    places
        .map(|operation| {
            (
                number(&operation.operands[0]),
                number(&operation.operands[1]),
            )
        })
        .collect()
}

/// FLU-38, FLU-34, FLU-35: in each language the page says connection, period, units, totals, marks and
/// its number, and everything stands on the paper.
#[test]
fn flu_38_a_page_says_what_is_shown() {
    let shown = [whole(Span::Month, "2026-06-15", Step::Day)];
    for lang in LANGUAGES {
        let texts = Texts::load(lang);
        let bytes = pages(lang, &shown, &detail());
        let read = read(&bytes);
        assert_eq!(read.len(), 1, "{lang}");
        let said = &read[&1];
        for series in &shown[0].series {
            let total = format::thousandths(&texts, series.total.value.unwrap());
            assert!(
                said.contains(&total.replace('\u{a0}', " ")) || said.contains(&total),
                "{lang}: {total} in {said}"
            );
            let register = texts.say(&format!("consumption.register.{}", series.register.key()));
            assert!(said.contains(&register), "{lang}: {register} in {said}");
        }
        let number = texts.fill("consumption.page.number", &[("n", "1"), ("of", "1")]);
        let estimated = texts.get("consumption.status.estimated");
        let purpose = texts.get("choice.look_purpose.hand_over");
        let case = "GT-2026-000398";
        for word in [
            EAN,
            "kWh",
            "R. Langevoort",
            case,
            &number,
            estimated,
            purpose,
        ] {
            assert!(said.contains(word), "{lang}: {word} in {said}");
        }
        assert!(!said.contains('?'), "a letter that is not there: {said}");
        assert!(
            !said.contains("consumption."),
            "a text that is not there: {said}"
        );
        for (x, y) in pieces(&bytes) {
            assert!(
                (40.0..=560.0).contains(&x) && (20.0..=800.0).contains(&y),
                "{lang}: {x} {y}"
            );
        }
    }
}

/// FLU-26, FLU-38: a week of quarter-hours is many pages, each with head and number, and no row is lost;
/// the hour that comes twice is told apart.
#[test]
fn flu_38_a_long_table_goes_on() {
    let shown = [whole(Span::Week, "2026-10-25", FINE)];
    assert_eq!(shown[0].slots.len(), 676);
    let read = read(&pages("en", &shown, &detail()));
    let of = read.len();
    assert!((10..15).contains(&of), "{of}");
    for (number, said) in &read {
        assert!(said.contains(&format!("page {number} of {of}")), "{said}");
        assert!(said.contains("offtake, night"), "{said}");
    }
    let all = read.into_values().collect::<String>();
    let rows = all
        .lines()
        .filter(|line| line.contains(':') && line.contains('–'));
    assert_eq!(rows.count(), 676);
    let twice = |zone: &str| format!("02:15–02:30 {zone}");
    for zone in ["CEST", "CET"] {
        assert_eq!(all.matches(&twice(zone)).count(), 1, "{zone}");
    }
}

/// FLU-38: what is missing is a dash and is counted, never a zero; what lacks a part says how much.
#[test]
fn flu_38_what_is_missing_is_said() {
    let sight = sight(Span::Week, "2026-06-15", Step::Day);
    let at = |n: u64| days::begin(day("2026-06-15").checked_add_days(Days::new(n)).unwrap());
    let value = |n, covered, value| Found {
        register: Register::OfftakeTotal,
        start: at(n),
        covered,
        status: Status::Validated,
        value,
        own: None,
    };
    let values = vec![value(0, 1440, 1_000), value(1, 1395, 234)];
    let shown = Shown::of(&found(values, Energy::Electricity), &sight, made());
    let said = &read(&pages("en", &[shown], &detail()))[&1];
    assert!(said.contains("1.234"), "the sum of two: {said}");
    assert_eq!(said.matches("–\n").count(), 5, "{said}");
    assert!(
        said.contains("45 min missing") && said.contains("5 d 45 min"),
        "{said}"
    );
    assert!(!said.contains("0.000"), "{said}");
    // nothing at all
    let none = Shown::of(&found(vec![], Energy::Electricity), &sight, made());
    let said = &read(&pages("en", &[none], &detail()))[&1];
    assert!(
        said.contains("no values") && !said.contains("Total"),
        "{said}"
    );
}

/// FLU-35: gas stands in kWh and in m³; FLU-31: a period that is cut names the rule.
#[test]
fn flu_35_gas_stands_in_both_units() {
    let mut sight = sight(Span::Month, "2026-06-15", Step::Day);
    sight.window.cut_by = Some(Rule::Effective);
    let one = |register, value| Found {
        register,
        start: days::begin(day("2026-06-01")),
        covered: 1440,
        status: Status::Read,
        value,
        own: None,
    };
    let values = vec![
        one(Register::OfftakeTotal, 10_550),
        one(Register::OfftakeVolume, 1_002),
    ];
    let all = found(values, Energy::Gas);
    let shown =
        [Unit::Kwh, Unit::CubicMetre].map(|unit| Shown::of(&all, &Sight { unit, ..sight }, made()));
    let said = &read(&pages("nl", &shown, &detail()))[&1];
    for word in [
        "Verbruik van gas",
        "kWh",
        "m³",
        "10,550",
        "1,002",
        "[FLU-31]",
    ] {
        assert!(said.contains(word), "{word} in {said}");
    }
}

/// FLU-34: a masked connection and a protected customer are named nowhere in the file.
#[test]
fn flu_34_what_is_masked_is_nowhere_in_the_file() {
    let mut shown = whole(Span::Month, "2026-06-15", Step::Day);
    shown.connection = Naming::Masked.of(EAN);
    let mut detail = detail();
    let card = detail.customer.as_mut().unwrap();
    card.protected = true;
    let bytes = pages("en", &[shown], &detail);
    let text = String::from_utf8_lossy(&bytes);
    let said = &read(&bytes)[&1];
    assert!(
        said.contains("K-10233") && said.contains("5414..........7298"),
        "{said}"
    );
    for hidden in [EAN, "Langevoort", "Larsweg"] {
        assert!(!text.contains(hidden) && !said.contains(hidden), "{hidden}");
    }
}

/// Nothing but what is given is in the file: the same twice is the same bytes.
#[test]
fn flu_38_the_same_pages_are_the_same_bytes() {
    let shown = [whole(Span::Year, "2025-06-15", Step::Month)];
    let once = pages("sv", &shown, &detail());
    assert_eq!(once, pages("sv", &shown, &detail()));
    let later = page::pdf(&Report {
        texts: &Texts::load("sv"),
        detail: &detail(),
        shown: &shown,
        purpose: "hand_over",
        made: made() + TimeDelta::minutes(1),
    });
    assert_ne!(once, later);
}

/// META-01: what others wrote ends no text of the file, and reaches the page as letters only.
#[test]
fn hostile_names_stay_text() {
    let shown = [whole(Span::Month, "2026-06-15", Step::Day)];
    let clean = read(&pages("en", &shown, &detail()));
    for name in [
        ") Tj ET Q endstream endobj %%EOF",
        "\\\\) (( \\",
        "\u{1b}]0;x\u{7}\u{9b}31m\r\n\u{202e}gnitset",
        "Ő\u{301}\u{0}☃ 漢字 \u{ffff}",
        &"W".repeat(5_000),
    ] {
        let mut detail = detail();
        detail.party.as_mut().unwrap().name = name.to_owned();
        let bytes = pages("en", &shown, &detail);
        let read = read(&bytes);
        assert_eq!(read.len(), clean.len());
        assert!(read[&1].contains("page 1 of 1"), "{name}: {}", read[&1]);
        assert_eq!(
            read[&1].lines().count(),
            clean[&1].lines().count(),
            "{name}"
        );
        assert!(
            read[&1].chars().all(|c| c == '\n' || !c.is_control()),
            "{:?}",
            read[&1]
        );
        assert_eq!(
            pieces(&bytes).len(),
            pieces(&pages("en", &shown, &self::detail())).len()
        );
    }
    let mut detail = detail();
    detail.party.as_mut().unwrap().name = ") Tj (x".to_owned();
    let said = &read(&pages("en", &shown, &detail))[&1];
    assert!(said.contains(") Tj (x ("), "{said}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Whatever was measured, the file can be read and each page is numbered.
    #[test]
    fn any_values_make_a_file(
        from in 0_u64..700, length in 0_u64..400, step in 0_usize..4, big in 0_i64..9_000_000_000_000,
    ) {
        let step = [FINE, Step::Day, Step::Week, Step::Month][step];
        let from = day("2024-01-01").checked_add_days(Days::new(from)).unwrap();
        let length = if step == FINE { length.min(7) } else { length };
        let to = from.checked_add_days(Days::new(length)).unwrap();
        let mut values = values(from, to, step);
        values.retain(|one| one.value % 5 != 0);
        values.extend(values.clone().first().map(|one| Found { value: big, ..*one }));
        let sight = Sight {
            window: Window { from, to, cut_by: Some(Rule::Period) },
            ..sight(Span::Year, "2024-06-01", step)
        };
        let shown = Shown::of(&found(values, Energy::Electricity), &sight, made());
        let read = read(&pages("nb", &[shown], &detail()));
        let of = read.len();
        for (number, said) in read {
            let wanted = format!("side {number} av {of}");
            prop_assert!(said.contains(&wanted), "{}", said);
        }
    }
}
