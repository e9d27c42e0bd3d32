//! Clusters of the data wash from real files: a small world in which systems had their accidents, brought in
//! as files, and the patterns that its findings share.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use loket::exchange::washing::bring::{Origin, Word, nonconformity};
use sqlx::Row as _;

use crate::exchange_washing::{Bench, point};
use crate::support::shell::Shell;
use crate::support::world::World;

const HEADER: &str = "metering_point_id,customer_ref,kind,first_name,last_name,organisation_name,\
identifier,birth_date,street,house_number,postcode,city,valid_from,valid_to,supplier_gln\n";
/// Invented people with numbers of nobody.
const NUMBERS: [&str; 2] = ["29884013001", "01813701304"];
const FIRMS: [&str; 2] = ["959716633", "822254187"];
const SUPPLIERS: [&str; 3] = ["7080000000012", "7080000000029", "7080000000036"];

/// The rows of both sides.
#[derive(Default)]
pub(crate) struct Accidents {
    grid: String,
    supply: String,
    /// The next metering point.
    next: u32,
    /// The pattern by metering point.
    pub(crate) truth: BTreeMap<String, &'static str>,
}

/// Kind, first, last and business name, number, birth date, street, house number, first day, end, supplier.
type Held<'a> = [&'a str; 11];

fn person<'a>(names: [&'a str; 2], number: &'a str, home: [&'a str; 2], from: &'a str) -> Held<'a> {
    let [first, last] = names;
    let [street, house] = home;
    [
        "private",
        first,
        last,
        "",
        number,
        "1940-08-29",
        street,
        house,
        from,
        "",
        "",
    ]
}

fn firm<'a>(name: &'a str, number: &'a str, from: &'a str) -> Held<'a> {
    [
        "business",
        "",
        "",
        name,
        number,
        "",
        "Liejordet",
        "154",
        from,
        "",
        "",
    ]
}

fn supplied<'a>(row: Held<'a>, until: &'a str, supplier: &'a str) -> Held<'a> {
    let mut row = row;
    (row[9], row[10]) = (until, supplier);
    row
}

impl Accidents {
    fn put(&mut self, grid: &[Held<'_>], supply: &[Held<'_>], pattern: &'static str) {
        self.next += 1;
        let number = point(self.next);
        for (side, rows) in [(&mut self.grid, grid), (&mut self.supply, supply)] {
            for row in rows {
                let [
                    kind,
                    first,
                    last,
                    firm,
                    id,
                    born,
                    street,
                    house,
                    from,
                    to,
                    by,
                ] = row;
                let line = format!(
                    "{number},C{:06},{kind},{first},{last},{firm},{id},{born},{street},{house},\
                     0151,Oslo,{from},{to},{by}\n",
                    self.next
                );
                side.push_str(&line);
            }
        }
        self.truth.insert(number, pattern);
    }

    /// What happens at grid companies: a council renames a street, somebody types `t` for `th`, a form
    /// wants its house numbers otherwise, one enterprise and one supplier swallow others, a supplier takes
    /// over contracts, a system begins contracts on one day, somebody makes a number up.
    pub(crate) fn all() -> Self {
        let mut all = Self::default();
        let [ola, kari] = NUMBERS;
        let home = ["Storgata", "7"];
        let days = ["2011-02-03", "2012-03-04", "2013-04-05"];
        for (n, from) in days.into_iter().enumerate() {
            let house = ["5", "6", "7"][n];
            let old = person(["Ola", "Nordby"], ola, ["Kongens gate", house], from);
            let new = person(
                ["Kari", "Strand"],
                kari,
                ["Dronningens gate", house],
                "2020-01-01",
            );
            all.put(&[old], &[new], "street:0151:kongens g:dronningens g");
            let held = person(["Ola", "Torsen"], ola, home, from);
            let right = person(["Ola", "Thorsen"], kari, home, "2020-01-01");
            all.put(&[held], &[right], "spelling:last_name:both:t>th");
            let held = person(["Ola", "Nordby"], ola, ["Storgata", "012 - b"], from);
            let right = person(["Kari", "Nordby"], kari, ["Storgata", "12B"], "2020-01-01");
            all.put(&[held], &[right], "spelling:house_number:both:between");
            let [was, is] = FIRMS;
            let (was, is) = (
                firm("Nordby Drift", was, from),
                firm("Vik Eiendom", is, from),
            );
            all.put(&[was], &[is], "merger:959716633:822254187");
            let ours = supplied(person(["Ola", "Nordby"], ola, home, from), "", SUPPLIERS[0]);
            let theirs = supplied(
                person(["Kari", "Strand"], kari, home, from),
                "",
                SUPPLIERS[1],
            );
            all.put(&[ours], &[theirs], "merger:7080000000012:7080000000029");
            let before = person(["Kari", "Strand"], kari, home, from);
            let before = supplied(before, "2021-06-01", SUPPLIERS[2]);
            let now = person(["Kari", "Strand"], kari, home, "2021-06-01");
            let now = supplied(now, "", SUPPLIERS[1]);
            let moved = "moved:7080000000036:7080000000029:2021-06-01";
            all.put(&[], &[before, now], moved);
            let ours = person(["Ola", "Nordby"], ola, home, "2016-05-01");
            all.put(&[ours], &[], "batch:supply:A04:2016-05-01");
            let made_up = firm("Garasjelaget", "999999999", from);
            all.put(&[made_up], &[made_up], "number:999999999");
        }
        // a neighbour who moved to the same number of another street renamed nothing: two are no cluster
        for from in ["2014-05-06", "2015-06-07"] {
            let old = person(["Ola", "Nordby"], ola, ["Parkveien", "9"], from);
            let new = person(["Kari", "Strand"], kari, ["Skolegata", "9"], from);
            all.put(&[old], &[new], "street:0151:park v:skole g");
        }
        all
    }

    /// Brings the files in, as an administrator does.
    pub(crate) fn bring(&self, world: &World, folder: &Path) {
        let (grid, supply) = (folder.join("grid.csv"), folder.join("supply.csv"));
        std::fs::write(&grid, format!("{HEADER}{}", self.grid)).unwrap();
        std::fs::write(&supply, format!("{HEADER}{}", self.supply)).unwrap();
        let shell = Shell::of(&world.db.url("admin_1"));
        let (grid, supply) = (grid.display(), supply.display());
        let out = shell.ok(&format!("import wash --grid {grid} --supply {supply}"));
        assert!(out.contains(&format!("{} ", self.truth.len())), "{out}");
        let faults = faults(folder, "faults.csv", 500..503);
        shell.ok(&format!("import wash --nonconformity {}", faults.display()));
    }
}

/// A file of the central tool with these points.
fn faults(folder: &Path, name: &str, points: std::ops::Range<u32>) -> PathBuf {
    let path = folder.join(name);
    let header = "SourcefileName,MeteringPointUsed,CustomerReferenceEndUser,ValidFrom,ValidTo,\
        FaultLevel,FaultSeverity,FaultCode,FaultDueToValue,FaultDescription\n";
    let line = |n| {
        format!(
            "7070570500012_METERING_POINTS_20261113.csv,{},G{n},01.05.2016,,2,Critical,EMF_A04,\
             Eva Fredriksen (05879542849),end user differs\n",
            point(n)
        )
    };
    let lines: String = points.map(line).collect();
    std::fs::write(&path, format!("{header}{lines}")).unwrap();
    path
}

pub(crate) const FILE: &str = "file:A04:2016-05-01:7070570500012_METERING_POINTS_20261113.csv";

/// Issue 6: every pattern arises from what the files carry, on the points to which it happened and on no
/// other; what two neighbours did alike is no street renamed.
#[tokio::test(flavor = "multi_thread")]
async fn dw_a01_2_every_pattern_arises_from_the_files() {
    let bench = Bench::new().await;
    let all = Accidents::all();
    all.bring(&bench.world, &bench.folder);
    let rows =
        sqlx::query("SELECT point, coalesce(pattern, '') FROM loket.wash_findings ORDER BY point")
            .fetch_all(&bench.owner().await)
            .await
            .unwrap();
    let mut found: BTreeMap<String, String> =
        rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    for n in 500..503 {
        assert_eq!(found.remove(&point(n)).as_deref(), Some(FILE));
    }
    let truth = all
        .truth
        .iter()
        .map(|(point, key)| (point.clone(), (*key).to_owned()));
    assert_eq!(found, truth.collect());
    let page = bench.world.admin.wash_clusters(None).await.unwrap();
    let shown: BTreeMap<String, i64> = page
        .clusters
        .into_iter()
        .map(|one| (one.pattern, one.n))
        .collect();
    let mut expected: BTreeMap<String, i64> = BTreeMap::from([(FILE.to_owned(), 3)]);
    for key in all.truth.values().filter(|key| !key.contains("skole")) {
        expected.insert((*key).to_owned(), 3);
    }
    assert_eq!(shown, expected);
}

/// DW-I02-1, DW-BAS-20: of a fault without a submission the day is left; the number that is nobody's says
/// more than either, and a number of a person is in no key.
#[tokio::test(flavor = "multi_thread")]
async fn dw_i02_1_a_file_of_faults_has_its_patterns() {
    let bench = Bench::new().await;
    let path = bench.folder.join("contract.csv");
    let text = format!(
        "MeteringPointUsed;CustomerReferenceEndUser;ValidFrom;FaultCode;FaultDueToValue\n\
         {};G1;2020-01-01;EMF_I02;Vik (999999999)\n\
         {};G2;2020-01-01;EMF_I01;Eva Vik (05879542849)\n\
         {};G3;;EMF_A01;Eva Vik (05879542849)\n",
        point(1),
        point(2),
        point(3)
    );
    std::fs::write(&path, text).unwrap();
    let store = &bench.world.admin;
    nonconformity(store, &path, &Origin::default(), Word::default())
        .await
        .unwrap();
    let keys: Vec<Option<String>> =
        sqlx::query_scalar("SELECT pattern FROM loket.wash_findings ORDER BY point")
            .fetch_all(&bench.owner().await)
            .await
            .unwrap();
    let expected = [
        Some("number:999999999".to_owned()),
        Some("file:I01:2020-01-01:".to_owned()),
        None,
    ];
    assert_eq!(keys, expected);
}
