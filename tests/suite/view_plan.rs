//! The step plan of a contract at the desk (FLU-20 to FLU-23): what is drawn is read by a reader of codes
//! that is not ours.

use loket::desk::effect::Loaded;
use loket::process::contract::CONTRACT;
use loket::view::theme::Colours;
use loket::view::{Theme, Themes, draw};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::Color;
use rqrr::PreparedImage;

use crate::process_world::{Sim, answers};
use crate::support::desk::{Script, loaded, now};
use crate::support::request::{CASE, desk};

const PLAN: &str = "https://mijn.fluvius.be/verbruik/dienstverlener/0566988259/stappenplan";
/// Pixels of a square of the code.
const PIXELS: usize = 4;

/// A contract that came in by file: in force, or one step before.
fn contract(is_in_force: bool) -> Loaded {
    let mut given = vec![
        ("party_gln", "8712423010208"),
        ("company_number", "0566988259"),
        ("data_channel", "website"),
        ("signed_on", "2026-11-10"),
    ];
    if is_in_force {
        given.push(("approved_on", "2026-11-12"));
        given.push(("contract_number", "3599900040700"));
    }
    let sim = Sim::try_open(&CONTRACT, now(), now(), &answers(&given)).unwrap();
    let mut read = loaded(CASE);
    let detail = &mut read.detail;
    detail.row.process = "contract".into();
    detail.row.case_no = "DC-2026-000003".into();
    detail.row.state.clone_from(&sim.case.state);
    detail.row.version = 9;
    detail.facts = sim.case;
    detail.customer = None;
    detail.connection = None;
    read
}

fn plan(columns: u16, rows: u16) -> Script {
    let mut script = desk(&contract(true), columns, rows);
    script.keys("Q");
    script
}

fn drawn(script: &Script, theme: &Theme) -> Buffer {
    let window = script.model.window;
    let mut terminal = Terminal::new(TestBackend::new(window.columns, window.rows)).unwrap();
    terminal
        .draw(|frame| draw(&script.model, theme, frame))
        .unwrap();
    terminal.backend().buffer().clone()
}

/// How light a colour is on a terminal with a ground of that lightness.
fn light(colour: Color, own: u8) -> u8 {
    match colour {
        Color::Black => 0,
        Color::White => 255,
        _ => own,
    }
}

/// Upper and lower half of a cell, as light as they shine.
fn halves(cell: &Cell, ground: u8) -> [u8; 2] {
    let fg = light(cell.fg, 255 - ground);
    let bg = light(cell.bg, ground);
    match cell.symbol() {
        "█" => [fg, fg],
        "▀" => [fg, bg],
        "▄" => [bg, fg],
        // a letter is something of both
        " " => [bg, bg],
        _ => [fg / 2 + bg / 2; 2],
    }
}

/// What a reader of codes sees on the whole screen.
fn scanned(buffer: &Buffer, ground: u8) -> Vec<String> {
    let (wide, high) = (buffer.area.width, buffer.area.height);
    let side = |n: u16| usize::from(n) * PIXELS;
    let pixel = |x: usize, y: usize| {
        let (column, half) = (x / PIXELS, y / PIXELS);
        let at = (
            u16::try_from(column).unwrap(),
            u16::try_from(half / 2).unwrap(),
        );
        halves(&buffer[at], ground)[half % 2]
    };
    let mut image = PreparedImage::prepare_from_greyscale(side(wide), side(high * 2), pixel);
    let grids = image.detect_grids();
    let decoded = grids.iter().filter_map(|grid| grid.decode().ok());
    decoded.map(|(_, text)| text).collect()
}

/// FLU-20, FLU-22: the code is the address, in every theme, on dark grounds and on light ones.
#[test]
fn flu_22_the_code_on_the_screen_is_the_address() {
    let (themes, _) = Themes::with(&[], Colours::On);
    for (columns, rows) in [(80, 24), (120, 32), (160, 48)] {
        let script = plan(columns, rows);
        for name in themes.names().iter().filter(|name| *name != "mono") {
            let buffer = drawn(&script, themes.get(name).unwrap());
            for ground in [0, 40, 220, 255] {
                let read = scanned(&buffer, ground);
                assert_eq!(read, [PLAN], "{name} {columns}x{rows} on {ground}");
            }
        }
        // without colours it is dark on light where the ground is light
        let plain = drawn(&script, &Theme::shipped(Colours::Off));
        assert_eq!(scanned(&plain, 255), [PLAN], "{columns}x{rows}");
    }
}

/// FLU-23: the address stands beside it in one piece, and alone where the code has no room.
#[test]
fn flu_23_the_address_can_be_typed() {
    for (columns, rows) in [(80, 24), (160, 48)] {
        let screen = plan(columns, rows).screen();
        assert!(screen.contains(PLAN) && screen.contains('▀'), "{screen}");
        insta::assert_snapshot!(format!("step_plan_{columns}x{rows}"), screen);
    }
    for (columns, rows) in [(80, 22), (60, 24)] {
        let screen = plan(columns, rows).screen();
        let joined: String = screen.split_whitespace().collect();
        assert!(joined.contains(PLAN) && !screen.contains('▀'), "{screen}");
        assert!(screen.contains("With more room"), "{screen}");
    }
}

/// FLU-17, FLU-20: before the contract is in force there is no step plan, and the key says why.
#[test]
fn flu_20_the_plan_is_there_when_the_contract_is_in_force() {
    let mut script = desk(&contract(false), 120, 32);
    assert!(
        !script.screen().contains("step plan"),
        "{}",
        script.screen()
    );
    script.keys("Q");
    let screen = script.screen();
    assert!(screen.contains("when the contract is in force"), "{screen}");
    let mut other = Script::new(120, 32);
    other.keys("Q");
    assert!(other.screen().contains("only contracts have a step plan"));
    assert!(
        plan(120, 32).keys("esc").screen().contains("step plan"),
        "the key is shown"
    );
}
