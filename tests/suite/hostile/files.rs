//! Files of every kind that is taken in: registers and cases.

use std::cell::Cell;

use loket::domain::sanitize;
use loket::exchange::import::registers::Record;
use loket::exchange::import::{ImportError, Run, cases};
use loket::store::register::{
    ConnectionRecord, ContactRecord, ContractRecord, CustomerRecord, Imported, MeterRecord,
    PartyRecord,
};
use loket::text::Texts;
use proptest::prelude::*;

use super::{text, tried};
use crate::support::desk::now;

/// A file that begins like one of ours and goes on as it likes.
fn file<T: Record>() -> impl Strategy<Value = Vec<u8>> {
    let names: Vec<&str> = T::COLUMNS.iter().map(|column| column.name).collect();
    let header = prop_oneof![
        8 => Just(names.join(";")),
        2 => Just(names.join(",")),
        1 => text(),
    ];
    let width = names.len();
    let cell = prop_oneof![
        4 => "[a-zA-Z0-9@.:-]{0,14}",
        2 => text(),
        1 => Just("NL".to_owned()),
        1 => Just("8717180005016".to_owned()),
        1 => Just("2026-02-30".to_owned()),
    ];
    let row = proptest::collection::vec(cell, width.saturating_sub(1)..width + 2);
    let rows = proptest::collection::vec(row, 0..6);
    let torn = proptest::collection::vec(any::<u8>(), 0..12);
    (header, rows, torn).prop_map(|(header, rows, torn)| {
        let rows: Vec<String> = rows.iter().map(|row| row.join(";")).collect();
        let mut bytes = format!("{header}\n{}\n", rows.join("\n")).into_bytes();
        bytes.extend(torn);
        bytes
    })
}

/// Reads the file; every row is taken or refused with words, and no word can do harm.
fn is_read<T: Record>(texts: &Texts, bytes: &[u8]) {
    let taken = Cell::new(0_usize);
    let mut run = Run::new(false, texts);
    let sink = async |batch: Vec<T>| {
        taken.set(taken.get() + batch.len());
        Ok(vec![Imported::New; batch.len()])
    };
    let mut progress = |_, _| {};
    let read = run.register(("file.csv", bytes), sink, &mut progress);
    let read = futures_util::FutureExt::now_or_never(read).unwrap();
    match read {
        Ok(()) | Err(ImportError::Table(_)) => {}
        Err(error) => panic!("{error:?}"),
    }
    for line in run.report.lines(texts) {
        harmless(&line);
    }
}

fn harmless(line: &str) {
    assert_eq!(sanitize::clean(line), line, "it reaches a terminal");
}

fn tries<T: Record>() {
    let texts = Texts::load("en");
    tried(150, &file::<T>(), |bytes| is_read::<T>(&texts, &bytes));
}

#[test]
fn any_file_of_parties_is_read_or_refused() {
    tries::<PartyRecord>();
}

#[test]
fn any_file_of_contacts_is_read_or_refused() {
    tries::<ContactRecord>();
}

#[test]
fn any_file_of_connections_is_read_or_refused() {
    tries::<ConnectionRecord>();
}

#[test]
fn any_file_of_meters_is_read_or_refused() {
    tries::<MeterRecord>();
}

#[test]
fn any_file_of_customers_is_read_or_refused() {
    tries::<CustomerRecord>();
}

#[test]
fn any_file_of_contracts_is_read_or_refused() {
    tries::<ContractRecord>();
}

/// Keys that a line of a case may have.
const KNOWN: &[&str] = &[
    "process",
    "received_at",
    "reference",
    "source",
    "ean",
    "party_gln",
    "party_role",
    "signal_type",
    "concerns_isma",
    "customer_ref",
    "summary",
    "answers",
];

/// GT-05, GT-09: a line of a file of cases.
#[test]
fn any_line_of_cases_is_read_or_refused() {
    let value = prop_oneof![
        text().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        any::<f64>().prop_map(serde_json::Value::from),
        any::<bool>().prop_map(serde_json::Value::from),
        Just(serde_json::Value::Null),
        Just(serde_json::json!({"a": [1, {"b": null}]})),
    ];
    let known = proptest::sample::select(KNOWN).prop_map(str::to_owned);
    let key = prop_oneof![known, text()];
    let object = proptest::collection::btree_map(key, value, 0..14);
    let line = prop_oneof![
        3 => object.prop_map(|object| serde_json::to_string(&object).unwrap()),
        1 => text(),
    ];
    tried(600, &line, |line| {
        let _ = cases::parse(&line, now());
        // torn in the middle, as by a full disk
        let half: String = line.chars().take(line.chars().count() / 2).collect();
        let _ = cases::parse(&half, now());
    });
}
