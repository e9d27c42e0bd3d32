//! What every drawing function has at hand: the model, the theme, the texts, the frame.

use chrono::{DateTime, Utc};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph};

use super::theme::{Role, Theme};
use super::width;
use crate::desk::model::Model;
use crate::domain::clock::ClockStatus;

/// Drawing.
pub(super) struct Paint<'a, 'f> {
    /// What is drawn.
    pub(super) model: &'a Model,
    frame: &'a mut Frame<'f>,
    theme: &'a Theme,
}

impl<'a, 'f> Paint<'a, 'f> {
    pub(super) fn new(model: &'a Model, theme: &'a Theme, frame: &'a mut Frame<'f>) -> Self {
        Self {
            model,
            frame,
            theme,
        }
    }

    /// The text of a key.
    pub(super) fn text(&self, key: &str) -> String {
        self.model.world.texts.say(key)
    }

    /// The text of a key that may be absent: nothing is said then.
    pub(super) fn maybe(&self, key: &str) -> String {
        self.model
            .world
            .texts
            .find(key)
            .unwrap_or_default()
            .to_owned()
    }

    /// The text of a key, filled.
    pub(super) fn fill(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.model.world.texts.fill(key, values)
    }

    /// The style of a meaning.
    pub(super) fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    /// Dark on light whatever the theme is, as readers of codes need it; without colours as it comes.
    pub(super) fn ink(&self) -> Style {
        if self.theme.has_colours() {
            Style::default().fg(Color::Black).bg(Color::White)
        } else {
            Style::default()
        }
    }

    /// Text with a meaning.
    pub(super) fn span(&self, role: Role, text: impl Into<String>) -> Span<'static> {
        Span::styled(text.into(), self.style(role))
    }

    /// Legal now, as of the last message.
    pub(super) fn legal(&self) -> DateTime<Utc> {
        self.model.world.legal(self.model.now)
    }

    /// Draw one line; what has no room leaves two dots.
    pub(super) fn line(&mut self, area: Rect, line: Line<'static>) {
        let area = area.intersection(self.frame.area());
        if area.height > 0 {
            let line = cut(line, usize::from(area.width));
            self.frame.render_widget(line, Rect { height: 1, ..area });
        }
    }

    /// Draw lines from a first one on; what has no room leaves two dots.
    pub(super) fn lines(&mut self, area: Rect, lines: Vec<Line<'static>>, first: usize) {
        let area = area.intersection(self.frame.area());
        let most = lines.len().saturating_sub(usize::from(area.height));
        let shown = lines.into_iter().skip(first.min(most));
        let shown = shown.take(usize::from(area.height));
        let columns = usize::from(area.width);
        let shown: Vec<Line<'static>> = shown.map(|line| cut(line, columns)).collect();
        self.frame.render_widget(Paragraph::new(shown), area);
    }

    /// Draw lines from a first one on; the last line of the area says that more follows.
    pub(super) fn page(&mut self, area: Rect, lines: Vec<Line<'static>>, first: usize) {
        let height = usize::from(area.height);
        if lines.len() <= height || height < 2 {
            return self.lines(area, lines, 0);
        }
        let most = lines.len() - (height - 1);
        let body = Rect {
            height: area.height - 1,
            ..area
        };
        self.lines(body, lines, first);
        if first < most {
            let mark = Rect {
                y: body.bottom(),
                height: 1,
                ..area
            };
            let said = format!(" {}", self.text("screen.more"));
            self.line(mark, Line::from(self.span(Role::Key, said)));
        }
    }

    /// Nothing is left of what stood there.
    pub(super) fn blank(&mut self, area: Rect) {
        let area = area.intersection(self.frame.area());
        self.frame.render_widget(Clear, area);
    }

    /// Left and right on one line; the left gives way, with dots.
    pub(super) fn both(&mut self, area: Rect, left: Line<'static>, right: Line<'static>) {
        let columns = usize::from(area.width);
        let right = cut(right, columns);
        let left = cut(left, columns.saturating_sub(right.width() + 1));
        let taken = u16::try_from(right.width())
            .unwrap_or(u16::MAX)
            .min(area.width);
        self.line(
            Rect {
                width: (area.width - taken).saturating_sub(1),
                ..area
            },
            left,
        );
        self.line(
            Rect {
                x: area.right() - taken,
                width: taken,
                ..area
            },
            right,
        );
    }

    /// The heading of a pane.
    pub(super) fn heading(&self, key: &str) -> Line<'static> {
        Line::from(self.span(Role::Title, self.text(key)))
    }

    /// Mark the line with the cursor, so many lines below the top of the area.
    pub(super) fn mark_line(&mut self, area: Rect, line: usize) {
        let line = Rect {
            y: area.y + u16::try_from(line).unwrap_or(0),
            height: 1,
            ..area
        };
        self.restyle(line, self.style(Role::Cursor));
    }

    /// Style the whole line at that place.
    pub(super) fn restyle(&mut self, area: Rect, style: Style) {
        let area = area.intersection(self.frame.area());
        self.frame.buffer_mut().set_style(area, style);
    }

    /// Show the terminal's cursor.
    pub(super) fn cursor(&mut self, x: u16, y: u16) {
        let area = self.frame.area();
        if x < area.right() && y < area.bottom() {
            self.frame.set_cursor_position((x, y));
        }
    }

    /// Sentences that wrap, in a style, behind so many spaces and before as many.
    pub(super) fn wrapped_in(
        &self,
        role: Role,
        text: &str,
        columns: usize,
        margin: usize,
    ) -> Vec<Line<'static>> {
        let lines = width::wrap(text, columns.saturating_sub(2 * margin)).into_iter();
        let indent = " ".repeat(margin);
        lines
            .map(|line| Line::from(self.span(role, format!("{indent}{line}"))))
            .collect()
    }

    /// Sentences that wrap, in a style.
    pub(super) fn wrapped(&self, role: Role, text: &str, columns: usize) -> Vec<Line<'static>> {
        let lines = width::wrap(text, columns).into_iter();
        lines
            .map(|line| Line::from(self.span(role, line)))
            .collect()
    }
}

/// A line in at most that many columns; what is cut off leaves two dots, spaces at its end do not.
fn cut(line: Line<'static>, columns: usize) -> Line<'static> {
    let mut room = columns;
    if line.width() <= room || line.width() - spaces_behind(&line) <= room {
        return line;
    }
    let mut spans = Vec::new();
    for span in line.spans {
        let wide = span.width();
        if wide + 2 > room {
            spans.push(Span::styled(
                width::cut(&format!("{}  ", span.content), room),
                span.style,
            ));
            break;
        }
        room -= wide;
        spans.push(span);
    }
    Line::from(spans)
}

/// Spaces at the end of a line.
fn spaces_behind(line: &Line<'static>) -> usize {
    let mut spaces = 0;
    for span in line.spans.iter().rev() {
        let kept = span.content.trim_end_matches(' ');
        spaces += span.content.len() - kept.len();
        if !kept.is_empty() {
            break;
        }
    }
    spaces
}

/// The meaning of a clock's status.
pub(super) fn role_of(status: Option<ClockStatus>) -> Role {
    match status {
        Some(ClockStatus::Breached | ClockStatus::LateOnArrival | ClockStatus::LateByRetriage) => {
            Role::Late
        }
        Some(ClockStatus::Warning) => Role::Soon,
        Some(ClockStatus::Met) => Role::Done,
        Some(ClockStatus::MetLate | ClockStatus::Lapsed | ClockStatus::Cancelled) => Role::Faint,
        Some(ClockStatus::Running | ClockStatus::Paused) | None => Role::Calm,
    }
}

/// The key of a clock's status in the texts: `status.<key>.letter` and `.word`.
pub(super) fn key_of(status: Option<ClockStatus>) -> &'static str {
    match status {
        Some(ClockStatus::Breached) => "breached",
        Some(ClockStatus::LateOnArrival) => "late_on_arrival",
        Some(ClockStatus::LateByRetriage) => "late_by_retriage",
        Some(ClockStatus::Warning) => "warning",
        Some(ClockStatus::Running) => "running",
        Some(ClockStatus::Paused) => "paused",
        Some(ClockStatus::Met) => "met",
        Some(ClockStatus::MetLate) => "met_late",
        Some(ClockStatus::Lapsed) => "lapsed",
        Some(ClockStatus::Cancelled) => "cancelled",
        None => "none",
    }
}
