//! What exports say: the three generations, the odd days, wrong rows, and real files.

use super::*;

const A: &str = "Van datum;Van tijdstip;Tot datum;Tot tijdstip;EAN;Meter;Metertype;Register;Volume;\
    Eenheid;Validatiestatus";
const B: &str = "Van (datum);Van (tijdstip);Tot (datum);Tot (tijdstip);EAN-code;Meter;Metertype;\
    Register;Volume;Eenheid;Validatiestatus;Omschrijving";
const C_GAS: &str = "From (date);From (time);Until (date);Until (time);EAN code;Meter;Meter type;\
    Register;Volume;Unit;Validation status;Caloric upper value;Description";

type Line = (u64, Result<Reading, String>);

fn all(text: &str) -> Vec<Line> {
    let mut export = Export::open(text.as_bytes()).expect("a header");
    let mut found = Vec::new();
    while let Some((line, read)) = export.read().expect("bytes can be read") {
        found.push((line, read.map_err(|refused| refused.text)));
    }
    found
}

fn good(text: &str) -> Vec<Reading> {
    let rows = all(text).into_iter();
    rows.map(|(line, read)| read.unwrap_or_else(|why| panic!("line {line}: {why}")))
        .collect()
}

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

#[test]
fn the_first_generation_is_read_with_its_mark_and_guards() {
    let text = format!(
        "\u{feff}{A}\n\
         12-10-2021;00:00:00;12-10-2021;00:15:00;=\"541448800200007298\";1SAG1;Digitale Meter;\
         Afname Nacht;0,010;kWh;Gevalideerd\n\
         12-10-2021;00:15:00;12-10-2021;00:30:00;=\"541448800200007298\";1SAG1;Digitale Meter;\
         Injectie Nacht;;kWh;Geen verbruik\n"
    );
    let found = good(&text);
    let first = Reading {
        ean: "541448800200007298".to_owned(),
        meter: "1SAG1".to_owned(),
        register: Register::OfftakeNight,
        start: utc("2021-10-11T22:00:00Z"),
        grain: Grain::Quarter,
        status: Status::Validated,
        value: Some(10),
    };
    assert_eq!(found[0], first);
    assert_eq!(found[1].register, Register::InjectionNight);
    assert_eq!(found[1].value, None, "missing, not zero");
}

/// FLU-35: gas comes as m³ and as kWh of the same hour.
#[test]
fn flu_35_the_english_generation_is_read_and_gas_comes_twice() {
    let text = format!(
        "{C_GAS}\r\n\
         22/10/2023;08:00:00;22/10/2023;09:00:00;=\"541448800200000145\";7M;Digital meter;Offtake;\
         0,364;m³;Read;;\r\n\
         22/10/2023;08:00:00;22/10/2023;09:00:00;=\"541448800200000145\";7M;Digital meter;Offtake;\
         4,125;kWh;Estimated;Final;\r\n"
    );
    let found = good(&text);
    let shown: Vec<_> = found
        .iter()
        .map(|one| (one.register, one.value, one.status, one.grain))
        .collect();
    let expected = [
        (
            Register::OfftakeVolume,
            Some(364),
            Status::Read,
            Grain::Hour,
        ),
        (
            Register::OfftakeTotal,
            Some(4125),
            Status::Estimated,
            Grain::Hour,
        ),
    ];
    assert_eq!(shown, expected);
    assert_eq!(found[0].start, utc("2023-10-22T06:00:00Z"));
}

#[test]
fn the_second_generation_is_read_and_a_wrong_row_costs_itself_only() {
    let row = |day: &str, volume: &str, status: &str| {
        format!(
            "{day};00:00:00;02-10-2025;00:00:00;=\"541448800200000145\";1S;Digitale meter;\
             Afname Dag;{volume};kWh;{status};\n"
        )
    };
    let text = [
        B.to_owned() + "\n",
        row("01-10-2025", "8,250", "Uitgelezen"),
        row("01-10-2025", "8;250", "Uitgelezen"),
        row("31-13-2025", "8,250", "Uitgelezen"),
        row("01-10-2025", "viel", "Uitgelezen"),
        row("01-10-2025", "8,250", "Misschien"),
        row("01-10-2025", "8,250", "Geen verbruik"),
        row("03-10-2025", "8,250", "Uitgelezen"),
        row("30-09-2025", "8,250", "Uitgelezen"),
        "\n".to_owned(),
        row("01-10-2025", "8,251", "Gevalideerd"),
    ]
    .concat();
    let found = all(&text);
    let refused: Vec<_> = found
        .iter()
        .filter_map(|(line, read)| Some((*line, read.as_ref().err()?.as_str())))
        .collect();
    let expected = [
        (3, "import.refused.columns"),
        (4, "import.refused.local_time"),
        (5, "import.refused.volume"),
        (6, "import.refused.consumption_status"),
        (7, "import.refused.volume_without_use"),
        (8, "import.refused.backwards"),
        (9, "import.refused.odd_length"),
    ];
    assert_eq!(refused, expected);
    let days: Vec<_> = found
        .iter()
        .filter_map(|(_, read)| read.as_ref().ok())
        .collect();
    assert_eq!(days.len(), 2);
    assert!(days.iter().all(|one| one.grain == Grain::Day));
}

#[test]
fn what_is_no_export_is_refused_as_a_file() {
    let empty = Export::open(&b""[..]).expect_err("empty");
    assert_eq!(empty.to_string(), "the file is empty");
    let other = Export::open(&b"gln;name;role\n"[..]).expect_err("parties");
    assert!(other.to_string().contains("Van datum"), "{other}");
}

/// A day on which clocks go back, as the source writes it, with day and night registers mixed.
#[test]
fn a_day_of_25_hours_adds_up() {
    let mut text = format!("{A}\n");
    let day = chrono::NaiveDate::from_ymd_opt(2023, 10, 29).expect("a day");
    let begin = crate::domain::consumption::days::begin(day);
    let wall = |at: DateTime<Utc>| at.with_timezone(&crate::domain::consumption::ZONE);
    for n in 0..100 {
        let start = begin + chrono::TimeDelta::minutes(15 * n);
        let end = start + chrono::TimeDelta::minutes(15);
        for register in ["Afname Nacht", "Injectie Nacht"] {
            let row = format!(
                "{};{};=\"541448800200000145\";1S;Digitale Meter;{register};0,{n:03};kWh;Geschat\n",
                wall(start).format("%d-%m-%Y;%H:%M:%S"),
                wall(end).format("%d-%m-%Y;%H:%M:%S"),
            );
            text.push_str(&row);
        }
    }
    let found = good(&text);
    let taken = found
        .iter()
        .filter(|one| one.register == Register::OfftakeNight);
    let taken: Vec<_> = taken.collect();
    assert_eq!(taken.len(), 100);
    let sum: i64 = taken.iter().filter_map(|one| one.value).sum();
    assert_eq!(sum, (0..100).sum::<i64>());
    for (n, one) in (0_i64..).zip(&taken) {
        assert_eq!(one.start, begin + chrono::TimeDelta::minutes(15 * n));
        assert_eq!(one.value, Some(n), "in file order");
    }
}

/// A row of the doubled hour that is refused for its value still is the first of its pair.
#[test]
fn a_refused_first_row_leaves_the_second_one_second() {
    let row = |volume: &str| {
        format!(
            "29-10-2023;02:15:00;29-10-2023;02:30:00;=\"541448800200000145\";1S;Digitale Meter;\
             Afname Nacht;{volume};kWh;Geschat\n"
        )
    };
    let text = format!("{A}\n{}{}", row("many"), row("0,100"));
    let found = all(&text);
    assert_eq!(found[0].1, Err("import.refused.volume".to_owned()));
    let second = found[1].1.as_ref().expect("a reading");
    assert_eq!(second.start, utc("2023-10-29T01:15:00Z"));
    assert_eq!(second.meter, "1S");
}

fn real(name: &str) -> Option<String> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = std::fs::read_to_string(root.join("../shared/data").join(name));
    if found.is_err() {
        crate::system::print_error("skipped: the real exports are not beside this checkout");
    }
    found.ok()
}

/// The real export: no row refused, the doubled hour has its four quarters twice per register.
#[test]
fn the_real_export_of_electricity_comes_in_whole() {
    let Some(text) = real("consumption/electricity_quarter_hour_nl.csv") else {
        return;
    };
    let found = good(&text);
    assert_eq!(found.len(), 3848);
    assert_eq!(found.iter().filter(|one| one.value.is_none()).count(), 2566);
    let mut keys: Vec<_> = found.iter().map(|one| (one.register, one.start)).collect();
    keys.sort();
    keys.dedup();
    assert_eq!(
        keys.len(),
        3848,
        "no two rows speak of the same quarter-hour"
    );
    let night = |from: &str, to: &str| {
        let rows = found
            .iter()
            .filter(|one| one.register == Register::OfftakeNight);
        rows.filter(|one| one.start >= utc(from) && one.start < utc(to))
            .count()
    };
    assert_eq!(night("2021-10-31T00:00:00Z", "2021-10-31T02:00:00Z"), 8);
}

#[test]
fn the_real_export_of_gas_comes_in_whole() {
    let Some(text) = real("consumption/gas_hour_nl.csv") else {
        return;
    };
    let found = good(&text);
    assert_eq!(found.len(), 116);
    let volumes = found
        .iter()
        .filter(|one| one.register == Register::OfftakeVolume);
    assert_eq!(volumes.count(), 58);
    assert!(found.iter().all(|one| one.grain == Grain::Hour));
}

#[test]
fn the_answers_of_the_service_are_read() {
    for (name, register, count) in [
        ("quarter_hourly", Register::OfftakeTotal, 2),
        ("hourly", Register::OfftakeVolume, 1),
    ] {
        let energy = if count == 2 { "electricity" } else { "gas" };
        let name = format!("apis/fluvius_{energy}_data_measurement_{name}.json");
        let Some(text) = real(&name) else { return };
        let found = of_service(&text).expect("readings");
        assert_eq!(found.len(), count, "{name}");
        assert!(found.iter().all(|one| one.register == register));
        assert_eq!(found[0].value, Some(9));
    }
}

/// FLU-02: a service that says a quarter-hour of gas says something that does not exist.
#[test]
fn flu_02_a_quarter_hour_of_gas_is_refused() {
    let text = r#"{"data": {"headpoint": {"ean": "541440010000000001", "energyType": "G",
        "physicalMeters": [{"quarterHourlyEnergy": [{"start": "2024-12-01T00:00:00Z",
        "end": "2024-12-01T00:15:00Z", "measurements": []}]}]}}}"#;
    assert!(matches!(of_service(text), Err(ServiceError::Value(_))));
    let row = format!(
        "{A}\n12-10-2021;00:00:00;12-10-2021;00:15:00;541448800200007298;7F;Digitale Meter;Afname;\
         0,010;m³;Gevalideerd\n"
    );
    let found = all(&row);
    assert_eq!(found[0].1, Err("import.refused.gas_quarter".to_owned()));
}
