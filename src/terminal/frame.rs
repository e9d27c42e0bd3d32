//! Frames to the terminal: one write each, between the marks of a synchronized update (DEC private
//! mode 2026), and not a byte when nothing changed. Terminals without that mode ignore the marks.
//!
//! The terminal is never asked anything: late answers are printed as rubbish over a slow line.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

use super::cells;

const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";

/// Collects the bytes of a frame. Its `flush` does nothing; the backend decides when to write.
#[derive(Debug, Clone, Default)]
struct Collected(Rc<RefCell<Vec<u8>>>);

impl Write for Collected {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The cursor as the terminal shows it now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cursor {
    Hidden,
    At(Position),
}

/// A ratatui backend that writes whole frames, and only what changed.
#[derive(Debug)]
pub struct FrameBackend<W: Write> {
    inner: CrosstermBackend<Collected>,
    bytes: Collected,
    out: W,
    shown: Cursor,
    wanted: Cursor,
    drawn: Drawn,
    size: Size,
}

/// Whether cells were written since the last frame; that moves the terminal's cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Drawn {
    Nothing,
    Cells,
}

impl<W: Write> FrameBackend<W> {
    /// A backend for a terminal of that size whose cursor is hidden.
    pub fn new(out: W, size: Size) -> Self {
        let bytes = Collected::default();
        Self {
            inner: CrosstermBackend::new(bytes.clone()),
            bytes,
            out,
            shown: Cursor::Hidden,
            wanted: Cursor::Hidden,
            drawn: Drawn::Nothing,
            size,
        }
    }

    /// The terminal has this size now.
    pub fn set_size(&mut self, size: Size) {
        self.size = size;
    }

    /// Something that is no cell goes along with the next frame.
    pub fn pass(&mut self, bytes: &[u8]) {
        self.bytes.0.borrow_mut().extend_from_slice(bytes);
    }

    fn place_cursor(&mut self) -> io::Result<()> {
        let stands = self.shown == self.wanted && self.drawn == Drawn::Nothing;
        match self.wanted {
            Cursor::Hidden if self.shown == Cursor::Hidden => {}
            Cursor::Hidden => self.inner.hide_cursor()?,
            Cursor::At(_) if stands => {}
            Cursor::At(position) => {
                self.inner.set_cursor_position(position)?;
                if self.shown == Cursor::Hidden {
                    self.inner.show_cursor()?;
                }
            }
        }
        self.shown = self.wanted;
        self.drawn = Drawn::Nothing;
        Ok(())
    }
}

impl<W: Write> Backend for FrameBackend<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        self.drawn = Drawn::Cells;
        cells::write(&mut self.bytes, content)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.wanted = Cursor::Hidden;
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if self.wanted == Cursor::Hidden {
            self.wanted = Cursor::At(Position::ORIGIN);
        }
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        match self.shown {
            Cursor::At(position) => Ok(position),
            Cursor::Hidden => Ok(Position::ORIGIN),
        }
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.wanted = Cursor::At(position.into());
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.inner.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.inner.clear_region(clear_type)
    }

    fn size(&self) -> io::Result<Size> {
        Ok(self.size)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize {
            columns_rows: self.size,
            pixels: Size::ZERO,
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.place_cursor()?;
        let bytes = self.bytes.0.take();
        if bytes.is_empty() {
            return Ok(());
        }
        let frame = [BEGIN, &bytes, END].concat();
        self.out.write_all(&frame)?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::Terminal;
    use ratatui::widgets::Paragraph;

    #[derive(Clone, Default)]
    struct Shared(std::rc::Rc<std::cell::RefCell<Vec<Vec<u8>>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().push(bytes.to_vec());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_frame_is_one_write_and_nothing_changed_is_no_byte() {
        let out = Shared::default();
        let backend = FrameBackend::new(out.clone(), Size::new(20, 3));
        let mut terminal = Terminal::new(backend).unwrap();
        let mut draw = |text: &str| {
            terminal
                .draw(|frame| frame.render_widget(Paragraph::new(text.to_owned()), frame.area()))
                .unwrap();
        };
        draw("hello");
        assert_eq!(out.0.borrow().len(), 1);
        assert!(out.0.borrow()[0].starts_with(BEGIN) && out.0.borrow()[0].ends_with(END));
        draw("hello");
        assert_eq!(out.0.borrow().len(), 1, "the same frame costs nothing");
        draw("hallo");
        assert_eq!(out.0.borrow().len(), 2);
        assert!(
            out.0.borrow()[1].len() < 60,
            "one changed letter is a small frame"
        );
    }
}
