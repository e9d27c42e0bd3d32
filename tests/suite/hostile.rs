//! Whatever a person or a file can give: nothing breaks, and nobody is shown an error of SQL.
//!
//! Seeds are fixed, so that CI tries the same every time; `PROPTEST_CASES=100000` tries that many,
//! and `LOKET_SEED=…` others.

mod files;
mod forms;
mod keys;
mod payloads;
mod searching;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::history::seed;

/// Tries a property on so many inputs, or as many as are wanted, always the same ones.
fn tried<S: Strategy>(cases: u32, inputs: &S, mut holds: impl FnMut(S::Value)) {
    let wanted = loket::system::env("PROPTEST_CASES").and_then(|text| text.parse().ok());
    let config = Config {
        cases: wanted.unwrap_or(cases),
        failure_persistence: None,
        ..Config::default()
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed(2_026).to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let holds = std::cell::RefCell::new(&mut holds);
    let done = TestRunner::new_with_rng(config, rng).run(inputs, |input| {
        (holds.borrow_mut())(input);
        Ok(())
    });
    done.unwrap_or_else(|failed| panic!("{failed}"));
}

/// Text of all kinds: plain, control characters, escapes of terminals, of SQL, of files, any Unicode.
fn text() -> impl Strategy<Value = String> {
    use proptest::prelude::*;
    let pieces = prop_oneof![
        any::<String>(),
        "[ -~]{0,12}",
        Just("\u{1b}[31m".to_owned()),
        Just("\u{1b}]52;c;aGk=\u{7}".to_owned()),
        Just("\u{9b}2J".to_owned()),
        Just("\u{202e}".to_owned()),
        Just("\0".to_owned()),
        Just("'; DROP TABLE loket.cases; --".to_owned()),
        Just("%_\\".to_owned()),
        Just("\\".to_owned()),
        Just("\"".to_owned()),
        Just(";".to_owned()),
        Just("\r\n".to_owned()),
        Just("871687900400000018".to_owned()),
        Just("5226HP 1".to_owned()),
        Just("5226HP 99999".to_owned()),
        Just("GT-2026-000001".to_owned()),
        Just("99999999999999999999".to_owned()),
        Just("9".repeat(400)),
        Just("2026-11-20 14:00".to_owned()),
        Just("e\u{301}\u{301}\u{200d}日本".to_owned()),
    ];
    proptest::collection::vec(pieces, 0..5).prop_map(|pieces| pieces.concat())
}
