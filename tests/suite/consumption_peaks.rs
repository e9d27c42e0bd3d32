//! The highest quarter-hour of a month (`Piekvermogen`, formats.md 5.11): read, kept, and shown where
//! somebody looks at a month or a year, on every way out; never of a month that is not shared as a whole
//! (FLU-31).

use loket::domain::consumption::Step;
use loket::store::rows::CaseId;

use crate::consumption::{HEADER, contract, counts, look, mandate, open, report, world};
use crate::support::shell::Shell;
use crate::support::world::{World, answers, ean, word};

/// The peak of a month of 2026 for a meter, in kW.
fn peak(month: u32, meter: &str, value: &str) -> String {
    let ean = ean(1);
    format!(
        "01-{month:02}-2026;00:00:00;01-{:02}-2026;00:00:00;=\"{ean}\";{meter};Digitale Meter;\
         Piekvermogen;{value};kW;Gevalideerd\n",
        month + 1
    )
}

fn day(date: &str) -> String {
    let ean = ean(1);
    format!(
        "{date}-06-2026;00:00:00;{}-06-2026;00:00:00;=\"{ean}\";1SAG1;Digitale Meter;\
         Afname Dag;1,000;kWh;Gevalideerd\n",
        date.parse::<u32>().unwrap() + 1
    )
}

/// Peaks of half a year, one day, and a mandate for them.
async fn shared() -> (World, CaseId) {
    let world = world().await;
    let admin = Shell::of(&world.db.url("admin_1"));
    let file = [
        HEADER.to_owned(),
        (1..=6)
            .map(|month| peak(month, "1SAG1", &format!("3,20{month}")))
            .collect(),
        peak(5, "1SAG2", "4,500"),
        day("15"),
    ];
    let told = report(&admin, "import consumption --json -", &file.concat());
    assert_eq!(counts(&told), [8, 0, 0, 0]);
    open(&world, "contract", &contract()).await.unwrap();
    let given = mandate(1, "day_and_fine");
    let case = open(&world, "sharing", &given).await.unwrap();
    (world, case)
}

#[tokio::test(flavor = "multi_thread")]
async fn flu_31_peaks_of_whole_months_are_shown() {
    let (world, case) = shared().await;
    let desk = world.desk("anna").await;
    let seen = async |from: &str, to: &str| {
        let found = look(&desk, case, (from, to), Step::Day).await.unwrap();
        let peaks = found.peaks.iter();
        peaks
            .map(|one| (one.month.to_string(), one.value))
            .collect::<Vec<_>>()
    };
    let may = ("2026-05-01".to_owned(), 4500);
    assert_eq!(
        seen("2026-05-01", "2026-06-01").await,
        std::slice::from_ref(&may),
        "the higher of two meters"
    );
    assert!(
        seen("2026-05-04", "2026-05-11").await.is_empty(),
        "a week has none"
    );
    assert_eq!(seen("2026-01-01", "2026-07-01").await.len(), 6);

    let anna = Shell::of(&world.db.url("anna"));
    let folder = tempfile::tempdir().unwrap();
    let pdf = folder.path().join("a.pdf");
    let ask = |verb: &str, rest: &str| {
        anna.run(&format!(
            "consumption {verb} SM-2026-000001 {rest} --purpose check"
        ))
    };
    let lines = ask("show", "--month 2026-06").out;
    assert!(
        lines.contains("peak power") && lines.contains("3,206"),
        "{lines}"
    );
    let csv = ask("export", "--year 2026").out;
    assert_eq!(csv.matches(";Piekvermogen;").count(), 6, "{csv}");
    let out = format!("--year 2026 --format pdf --out {}", pdf.display());
    assert_eq!(ask("export", &out).code, 0);
    let said = lopdf::Document::load(&pdf)
        .unwrap()
        .extract_text(&[1])
        .unwrap();
    assert!(
        said.contains("Highest quarter-hour") && said.contains("May 4.500"),
        "{said}"
    );

    // FLU-31: somebody else lives there since the 17th, and the peak of June may be theirs
    let lease = desk.take(case).await;
    let moved = answers([
        ("market_scenario", word("mo")),
        ("effective_date", word("2026-06-17")),
    ]);
    desk.act(case, Some(lease), "market_scenario", &moved)
        .await
        .unwrap();
    let cut = seen("2026-05-01", "2026-06-17").await;
    assert_eq!(cut, [may]);
    let lines = ask("show", "--month 2026-06").out;
    assert!(
        lines.contains("1,000") && !lines.contains("peak power"),
        "{lines}"
    );
}
