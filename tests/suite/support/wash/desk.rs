//! An office with findings of a small wash, and somebody at the keyboard there.

use loket::exchange::washing::bring::{Origin, Paths, Word, holdings};
use loket::store::admin::AgentRow;

use super::COLUMNS;
use crate::support::db::SUPERUSER;
use crate::support::keys::{Walker, office};
use crate::support::world::World;

/// Somebody invented, with the grid company alone.
const GEIR: &str = "private,Geir,Kristensen,,29884013001,1940-08-29,Knudsenhavna,127,7365,\
Martinhelle,2010-01-01,\n";

fn point(number: usize) -> String {
    let body = format!("7070575001{number:07}");
    let digit = loket::domain::gs1::check_digit(&body).unwrap();
    format!("{body}{digit}")
}

/// An office in which anna washes.
pub(crate) async fn anna_washes() -> World {
    let world = office().await;
    world.admin.grace_set(600).await.unwrap();
    let anna = AgentRow {
        db_role: "anna".into(),
        name: "Anna".into(),
        role: "agent".into(),
        queues: vec!["wash".into()],
        disabled_at: None,
        firm: None,
    };
    world.db.store(SUPERUSER).agent_add(&anna).await.unwrap();
    world
}

/// … and so many points that the supplier lacks, all begun on one day.
pub(crate) async fn washed(points: usize) -> World {
    let world = anna_washes().await;
    let name = format!("loket-wash-walk-{}", uuid::Uuid::now_v7());
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let (grid, supply) = (folder.join("grid.csv"), folder.join("supply.csv"));
    let header = COLUMNS.join(",");
    let row = |n: usize| format!("{},G{n:06},{GEIR}", point(n));
    let rows: String = (1..=points).map(row).collect();
    std::fs::write(&grid, format!("{header}\n{rows}")).unwrap();
    std::fs::write(&supply, header).unwrap();
    let paths = Paths {
        grid,
        supply,
        persons: None,
        enterprises: None,
    };
    let brought = holdings(&world.admin, &paths, &Origin::default(), Word::default()).await;
    let opened = brought.unwrap().told.counts.get("opened").copied();
    assert_eq!(opened.and_then(|n| usize::try_from(n).ok()), Some(points));
    std::fs::remove_dir_all(&folder).unwrap();
    world
}

/// Presses when the screen says that; gives how many keys.
pub(crate) fn press(walker: &mut Walker<'_>, seen: &str, keys: &str) -> usize {
    walker.screen.wait(seen);
    walker.screen.press(keys);
    keys.chars().count()
}
