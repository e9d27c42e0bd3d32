//! A small maker of PDF files: pages of A4 with text in standard fonts, lines and filled areas. The file
//! holds what is drawn and nothing of the machine that drew it: the same pages are the same bytes.
//!
//! This module must not know: what the pages are about.

mod letters;

use chrono::{DateTime, Datelike as _, Timelike as _, Utc};
use pdf_writer::{Content, Date, Finish as _, Name, Pdf, Rect, Ref, Str, TextStr};

/// Width of a page in points (1/72 inch).
pub const WIDTH: f32 = 595.28;
/// Height of a page in points.
pub const HEIGHT: f32 = 841.89;

/// Which letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Font {
    /// For reading.
    Plain,
    /// For heads and totals.
    Bold,
}

impl Font {
    fn name(self) -> Name<'static> {
        match self {
            Self::Plain => Name(b"F1"),
            Self::Bold => Name(b"F2"),
        }
    }
}

/// A colour: red, green, blue from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ink(pub f32, pub f32, pub f32);

impl Ink {
    /// Text.
    pub const BLACK: Self = Self(0.1, 0.1, 0.1);
    /// What is said beside.
    pub const GREY: Self = Self(0.38, 0.38, 0.38);
    /// Lines between rows.
    pub const RULE: Self = Self(0.82, 0.82, 0.82);
    /// Paper.
    pub const WHITE: Self = Self(1.0, 1.0, 1.0);
}

/// How text looks.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Letters.
    pub font: Font,
    /// Their size in points.
    pub size: f32,
    /// Their colour.
    pub ink: Ink,
}

/// Black text for reading, of that size.
pub const fn plain(size: f32) -> Style {
    Style {
        font: Font::Plain,
        size,
        ink: Ink::BLACK,
    }
}

/// Black bold text of that size.
pub const fn bold(size: f32) -> Style {
    Style {
        font: Font::Bold,
        size,
        ink: Ink::BLACK,
    }
}

/// Grey text of that size.
pub const fn grey(size: f32) -> Style {
    Style {
        font: Font::Plain,
        size,
        ink: Ink::GREY,
    }
}

/// How wide a text is, in points.
#[expect(
    clippy::cast_precision_loss,
    reason = "a line is shorter than millions of points"
)]
pub fn width(text: &str, style: Style) -> f32 {
    letters::width(&letters::encode(text), style.font) as f32 * style.size / 1000.0
}

/// The beginning of a text that fits into so many points; what is cut off is marked.
pub fn fitted(text: &str, style: Style, room: f32) -> String {
    if width(text, style) <= room {
        return text.to_owned();
    }
    // no letter is narrower than a fifth of its size
    let mut kept: String = text.chars().take(1000).collect();
    while kept.pop().is_some() {
        let said = format!("{}…", kept.trim_end());
        if width(&said, style) <= room {
            return said;
        }
    }
    String::new()
}

/// One page that is drawn on. Places are points from the left and from the top.
pub struct Page {
    content: Content,
}

impl Default for Page {
    fn default() -> Self {
        Self {
            content: Content::new(),
        }
    }
}

impl std::fmt::Debug for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Page").finish_non_exhaustive()
    }
}

impl Page {
    /// Text that begins at a place; `y` is the line that it stands on.
    pub fn text(&mut self, (x, y): (f32, f32), style: Style, text: &str) {
        let Ink(red, green, blue) = style.ink;
        self.content
            .begin_text()
            .set_font(style.font.name(), style.size)
            .set_fill_rgb(red, green, blue)
            .next_line(x, HEIGHT - y)
            .show(Str(&letters::encode(text)))
            .end_text();
    }

    /// Text that ends at a place.
    pub fn text_to(&mut self, (x, y): (f32, f32), style: Style, text: &str) {
        self.text((x - width(text, style), y), style, text);
    }

    /// Text around a place.
    pub fn text_at(&mut self, (x, y): (f32, f32), style: Style, text: &str) {
        self.text((x - width(text, style) / 2.0, y), style, text);
    }

    /// A straight line.
    pub fn line(&mut self, from: (f32, f32), to: (f32, f32), thick: f32, ink: Ink) {
        self.content
            .set_line_width(thick)
            .set_stroke_rgb(ink.0, ink.1, ink.2)
            .move_to(from.0, HEIGHT - from.1)
            .line_to(to.0, HEIGHT - to.1)
            .stroke();
    }

    /// A filled area from its upper left corner.
    pub fn area(&mut self, (x, y): (f32, f32), (wide, high): (f32, f32), ink: Ink) {
        self.content
            .set_fill_rgb(ink.0, ink.1, ink.2)
            .rect(x, HEIGHT - y - high, wide, high)
            .fill_nonzero();
    }

    /// A white area with an edge, from its upper left corner.
    pub fn frame(&mut self, (x, y): (f32, f32), (wide, high): (f32, f32), ink: Ink) {
        self.content
            .set_line_width(0.8)
            .set_stroke_rgb(ink.0, ink.1, ink.2)
            .set_fill_rgb(1.0, 1.0, 1.0)
            .rect(x, HEIGHT - y - high, wide, high)
            .fill_nonzero_and_stroke();
    }
}

/// What a file says about itself.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// Its title.
    pub title: &'a str,
    /// Language of its text.
    pub lang: &'a str,
    /// When it was made.
    pub made: DateTime<Utc>,
}

/// The bytes of a file with these pages.
pub fn file(about: About<'_>, pages: Vec<Page>) -> Vec<u8> {
    let [catalog, tree, info, plain, bold] = [1, 2, 3, 4, 5].map(Ref::new);
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(tree).lang(TextStr(about.lang));
    let mut says = pdf.document_info(info);
    says.title(TextStr(about.title)).creator(TextStr("loket"));
    if let Some(made) = date(about.made) {
        says.creation_date(made);
    }
    says.finish();
    for (font, name) in [(plain, "Helvetica"), (bold, "Helvetica-Bold")] {
        let mut font = pdf.type1_font(font);
        font.base_font(Name(name.as_bytes()));
        font.encoding_predefined(Name(b"WinAnsiEncoding"));
    }
    let mut kids = Vec::with_capacity(pages.len());
    for (page, number) in pages.into_iter().zip((6..).step_by(2)) {
        let (id, content) = (Ref::new(number), Ref::new(number + 1));
        let mut leaf = pdf.page(id);
        leaf.media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT));
        leaf.parent(tree).contents(content);
        let mut resources = leaf.resources();
        let mut fonts = resources.fonts();
        fonts.pair(Font::Plain.name(), plain);
        fonts.pair(Font::Bold.name(), bold);
        fonts.finish();
        resources.finish();
        leaf.finish();
        pdf.stream(content, &page.content.finish());
        kids.push(id);
    }
    let count = i32::try_from(kids.len()).unwrap_or(i32::MAX);
    pdf.pages(tree).kids(kids).count(count);
    pdf.finish()
}

fn date(at: DateTime<Utc>) -> Option<Date> {
    let small = |number: u32| u8::try_from(number).ok();
    let date = Date::new(u16::try_from(at.year()).ok()?)
        .month(small(at.month())?)
        .day(small(at.day())?)
        .hour(small(at.hour())?)
        .minute(small(at.minute())?)
        .second(small(at.second())?);
    Some(date.utc_offset_hour(0).utc_offset_minute(0))
}
