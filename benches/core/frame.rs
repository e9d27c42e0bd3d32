//! A frame: what a key, a changed row and a second cost, in time and in bytes on the line, against
//! drawing a frame in which nothing changed.

use std::cell::Cell;
use std::io::{self, Write};
use std::rc::Rc;

use chrono::TimeDelta;
use color_eyre::Result;
use loket::desk::Msg;
use loket::store::rows::{CaseId, Presence, Pulse};
use loket::terminal::FrameBackend;
use loket::view::theme::Colours;
use loket::view::{Theme, draw};
use ratatui::Terminal;
use ratatui::layout::Size;

use super::measure::{Compared, compare, heading, row};
use super::support::desk::{Script, quiet};

/// Counts the bytes that go out.
#[derive(Clone, Default)]
struct Wire(Rc<Cell<usize>>);

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.set(self.0.get() + bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A desk on a terminal that counts.
struct Screen {
    script: Script,
    terminal: Terminal<FrameBackend<Wire>>,
    theme: Theme,
    wire: Wire,
}

impl Screen {
    fn new(columns: u16, rows: u16) -> Result<Self> {
        let wire = Wire::default();
        let backend = FrameBackend::new(wire.clone(), Size::new(columns, rows));
        let mut screen = Self {
            script: Script::new(columns, rows),
            terminal: Terminal::new(backend)?,
            theme: Theme::shipped(Colours::On),
            wire,
        };
        screen.script.keys("j j");
        screen.draw();
        Ok(screen)
    }

    fn draw(&mut self) {
        let model = &self.script.model;
        let drawn = self.terminal.draw(|frame| draw(model, &self.theme, frame));
        assert!(drawn.is_ok(), "the wire takes everything");
        self.script.take();
    }

    fn act(&mut self, what: What, n: u32) {
        match what {
            What::Cursor => {
                self.script
                    .keys(if n.is_multiple_of(2) { "j" } else { "k" });
            }
            What::Row => {
                let pulse = pulse(n.is_multiple_of(2));
                self.script.send(Msg::Beat(Box::new(Ok(pulse))));
            }
            What::Second => {
                self.script.now += TimeDelta::seconds(1);
                self.script.send(Msg::Wake);
            }
            What::Whole => {
                let cleared = self.terminal.clear();
                assert!(cleared.is_ok(), "the wire takes everything");
            }
        }
    }
}

#[derive(Clone, Copy)]
enum What {
    Cursor,
    Row,
    Second,
    Whole,
}

/// A second of the feed in which a colleague opens or leaves a case.
fn pulse(there: bool) -> Pulse {
    let someone = Presence {
        case_id: CaseId(1),
        name: "Joost Bakker".into(),
        writing: false,
    };
    Pulse {
        presence: if there { vec![someone] } else { Vec::new() },
        ..quiet()
    }
}

pub(crate) fn measure() -> Result<()> {
    heading(
        "Frame: update, draw, difference and bytes, against a frame in which nothing changed",
        &["size", "what", "bytes", "nothing", "measured", "ratio"],
    );
    for (columns, rows) in [(80, 24), (160, 48)] {
        for (name, what) in [
            ("cursor move", What::Cursor),
            ("a colleague at a row", What::Row),
            ("a second", What::Second),
            ("whole screen", What::Whole),
        ] {
            let (bytes, compared) = one(columns, rows, what)?;
            let [baseline, measured, ratio] = compared.cells();
            let size = format!("{columns}x{rows}");
            let bytes = bytes.to_string();
            row(&[size, name.to_owned(), bytes, baseline, measured, ratio]);
        }
    }
    Ok(())
}

/// The most bytes that one of it cost, and how long it took.
fn one(columns: u16, rows: u16, what: What) -> Result<(usize, Compared)> {
    let mut idle = Screen::new(columns, rows)?;
    let mut screen = Screen::new(columns, rows)?;
    let mut most = 0;
    let compared = compare(
        200,
        |_| idle.draw(),
        |n| {
            let before = screen.wire.0.get();
            screen.act(what, n);
            screen.draw();
            most = most.max(screen.wire.0.get() - before);
        },
    );
    Ok((most, compared))
}
