//! Names and numbers of the data wash against independent libraries: tables with their origin in the
//! first line.

use loket::domain::fodselsnummer::Fodselsnummer;
use loket::wash::Rules;
use loket::wash::given;
use loket::wash::name::{alike, fold, likeness};

/// DW-BAS-23, identifiers.md 3.9: raw likeness is that of jellyfish to six digits, and ours is never
/// less: folding only brings names nearer to each other.
#[test]
fn dw_bas_23_likeness_is_jaro_winkler() {
    let table = include_str!("data/name_likeness.csv");
    let mut rows = 0;
    for line in table.lines().skip(1) {
        let values: Vec<&str> = line.split(',').collect();
        let [one, other, published] = values.as_slice() else {
            panic!("{line}");
        };
        let published: f64 = published.parse().unwrap();
        let raw = strsim::jaro_winkler(one, other);
        assert!((raw - published).abs() < 1e-6, "{line}: {raw}");
        let plain = strsim::jaro_winkler(&fold(one), &fold(other));
        assert!(
            likeness(&fold(one), &fold(other)) + 1e-9 >= plain.min(0.99),
            "{line}"
        );
        rows += 1;
    }
    assert!(rows > 50);
}

/// identifiers.md 3.9: what the list means as the same is, and a couple and a sole proprietorship
/// are not, whatever the raw likeness.
#[test]
fn dw_a01_6_nearly_equal_is_decided_after_folding() {
    let rules = Rules::default();
    for (one, other) in [
        ("Bjørn Nilsen", "Bjoern Nielsen"),
        ("Østby", "Ostby"),
        ("Åse Hansen", "Aase Hansen"),
    ] {
        assert!(
            strsim::jaro_winkler(one, other) < rules.same,
            "{one}: raw would do"
        );
        assert!(alike(one, other, &rules), "{one} / {other}");
    }
    for (one, other) in [
        ("Per Hansen", "Kari Hansen"),
        ("Hansen Rør AS", "Per Hansen"),
    ] {
        assert!(!alike(one, other, &rules), "{one} / {other}");
    }
}

/// DW-GEN-06, identifiers.md 3.2, 3.4: numbers of the synthetic series by the check digits of
/// python-stdnum; one that lost its zero is read again.
#[test]
fn dw_gen_06_person_numbers_have_their_check_digits() {
    let table = include_str!("data/person_numbers.csv");
    let mut zeros = 0;
    for line in table.lines().skip(2) {
        let (number, verdict) = line.split_once(',').unwrap();
        assert_eq!(
            Fodselsnummer::read(number).is_ok(),
            verdict == "valid",
            "{line}"
        );
        if let Some(short) = number.strip_prefix('0') {
            let read = given::number(short);
            assert_eq!(read == number, verdict == "valid", "{line}");
            zeros += 1;
        }
    }
    assert!(zeros > 5);
}
