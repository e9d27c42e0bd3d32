//! How far the data wash has come, on the board, while the cursor is on its queue.

use loket::desk::screen::Layer;
use loket::store::rows::Board;
use loket::store::wash::{CodeTotal, Milestone, Progress, WeekTotal};

use crate::support::board::{board, lead};
use crate::support::desk::Script;

fn progress() -> Progress {
    let total = |(code, found, solved): (&str, i64, i64)| CodeTotal {
        code: code.into(),
        found,
        solved,
        gone: 0,
    };
    let week = |(week, found, ended): (&str, i64, i64)| WeekTotal {
        week: week.parse().unwrap(),
        code: "A01".into(),
        found,
        ended,
    };
    let milestone = |(name, day, share): (&str, &str, f64)| Milestone {
        name: name.into(),
        day: day.parse().unwrap(),
        codes: vec!["A01".into(), "I01".into()],
        share,
    };
    Progress {
        points: 10_000,
        codes: [
            ("A01", 1_000, 400),
            ("A04", 90, 90),
            ("I01", 250, 50),
            ("SPELLING", 700, 700),
        ]
        .map(total)
        .into(),
        weeks: [
            ("2026-11-02", 1_000, 100),
            ("2026-11-09", 0, 100),
            ("2026-11-16", 0, 200),
        ]
        .map(week)
        .into(),
        milestones: [
            ("own data", "2026-11-13", 90.0),
            ("consistency", "2026-12-04", 99.0),
        ]
        .map(milestone)
        .into(),
        today: "2026-11-20".parse().unwrap(),
    }
}

fn washing() -> Board {
    let mut board = board();
    board.queues[1].key = "wash".into();
    board.wash = Some(progress());
    board
}

fn at(board: Board, columns: u16, rows: u16) -> Script {
    let mut script = lead(columns, rows);
    match script.model.layers.last_mut() {
        Some(Layer::Board(state)) => state.board = Some(board),
        other => panic!("no board on top: {other:?}"),
    }
    script
}

#[test]
fn the_progress_of_the_wash_on_the_board() {
    for (columns, rows) in [(80, 24), (160, 48)] {
        let mut script = at(washing(), columns, rows);
        script.keys("j");
        insta::assert_snapshot!(format!("wash_progress_{columns}x{rows}"), script.screen());
    }
}

/// DW-GEN-13, DW-GEN-14: 800 of 10,000 points are open, 100 may be; nine Norwegian working days from
/// Monday are left and one more, so seventy a day.
#[test]
fn dw_gen_14_what_the_days_that_are_left_require_is_said() {
    let mut script = at(washing(), 80, 24);
    assert!(
        !script.screen().contains("10 working days"),
        "the cursor is elsewhere"
    );
    script.keys("j");
    let screen = script
        .screen()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    for said in [
        "92.00 % of 99.00 %",
        "10 working days, 70 a day",
        "94.00 %, 600 open",
    ] {
        assert!(screen.contains(said), "{said}\n{}", script.screen());
    }
    script.keys("k");
    assert!(!script.screen().contains("10 working days"));
}

/// Whoever does not work in that queue, or before the first run: the board is as it was.
#[test]
fn without_figures_the_board_is_as_it_was() {
    let mut board = washing();
    board.wash = None;
    let mut script = at(board, 80, 24);
    script.keys("j");
    assert!(script.screen().contains("DUE NEXT"), "{}", script.screen());
}
