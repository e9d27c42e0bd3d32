//! `loket wash check` within its bounds: rows beyond the room in memory, a temporary folder that is not
//! there, and the day on which contracts count.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use loket::domain::gs1;

use crate::support::wash::DAY;
use crate::wash_worlds::{HEADER, POINT, loket_in};

/// More rows than are held in memory lie in the temporary folder: what is found is the same and in
/// order. A folder that cannot be written is named, and nothing is left behind.
#[test]
fn many_rows_lie_in_the_temporary_folder() {
    const ROWS: u64 = 50_000;
    let folder = tempfile::tempdir().unwrap();
    let point = |at: u64| {
        let body = format!("7070575{at:010}");
        let digit = gs1::check_digit(&body).unwrap();
        format!("{body}{digit}")
    };
    let mut sides = [HEADER.to_owned(), HEADER.to_owned()];
    for at in 0..ROWS {
        let place = at * 7_919 % ROWS;
        let row = "private,Ola Martin,Nordby Kristoffersen,,29884013001,1940-08-29";
        writeln!(sides[0], "{},{row}", point(place)).unwrap();
        if place % 5_000 != 7 {
            writeln!(sides[1], "{},{row}", point(ROWS - 1 - at)).unwrap();
        }
    }
    // the other side lacks the points of which the walk over this one says so
    let lacking: BTreeSet<u64> = (0..ROWS)
        .filter(|at| at * 7_919 % ROWS % 5_000 == 7)
        .map(|at| ROWS - 1 - at)
        .collect();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (grid, supply) = (path("grid.csv"), path("supply.csv"));
    std::fs::write(&grid, &sides[0]).unwrap();
    std::fs::write(&supply, &sides[1]).unwrap();
    let temporary = folder.path().join("temporary");
    let args = ["--grid", &*grid, "--supply", &*supply, "--day", DAY];
    let (out, errors, exit) = loket_in(&temporary, &args);
    assert_eq!((out.as_str(), exit), ("", Some(2)), "{errors}");
    assert!(
        errors.contains("temporary folder") && errors.contains("TMPDIR"),
        "{errors}"
    );
    assert!(
        errors.contains(&temporary.display().to_string()),
        "{errors}"
    );

    std::fs::create_dir(&temporary).unwrap();
    let (out, errors, exit) = loket_in(&temporary, &args);
    assert_eq!((errors.as_str(), exit), ("", Some(0)));
    let expected = lacking
        .iter()
        .map(|at| format!("{},A04,supply", point(*at)));
    let expected: Vec<String> = expected.collect();
    assert_eq!(expected.len(), 10);
    let found: Vec<&str> = out.lines().skip(1).collect();
    assert!(
        found.len() == 10
            && found
                .iter()
                .zip(&expected)
                .all(|(line, start)| line.starts_with(start)),
        "{out}"
    );
    assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 0);
}

/// Which contract counts is decided by the day (DW-A04-1): without `--day` it is today, and that is said
/// where another day may give other findings.
#[test]
fn dw_a04_1_the_day_is_said_where_it_decides() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let header = HEADER.trim_end();
    let row = format!("{POINT},private,Ola,Nordby,,29884013001,1940-08-29");
    let file = |name: &str, validity: &str| {
        let text = format!("{header},valid_from,valid_to\n{row},{validity}\n");
        std::fs::write(path(name), text).unwrap();
        path(name)
    };
    let open = file("open.csv", "2015-03-01,");
    let ended = file("ended.csv", "2015-03-01,2020-01-01");
    let look = |supply: &str, day: &[&str]| {
        let args = [&["--grid", &*open, "--supply", supply], day].concat();
        let (out, errors, exit) = loket_in(folder.path(), &args);
        assert_eq!(exit, Some(0), "{errors}");
        (out.lines().count() - 1, errors)
    };
    // nothing ends: no day says anything else
    assert_eq!(look(&open, &[]), (0, String::new()));
    // the contract has ended: today it is missing, on a day before it is not
    let (found, errors) = look(&ended, &[]);
    assert_eq!(found, 1);
    assert!(errors.contains("--day"), "{errors}");
    assert_eq!(look(&ended, &["--day", "2019-12-31"]), (0, String::new()));
    assert_eq!(look(&ended, &["--day", "2020-01-01"]), (1, String::new()));
}
