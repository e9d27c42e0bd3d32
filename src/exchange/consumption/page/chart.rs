//! The chart: offtake above the line, injection below it, registers on top of each other. A value that
//! is estimated is hollow, a stretch without values is shaded.

use std::collections::BTreeSet;

use super::{LEFT, RIGHT, Report, moments};
use crate::domain::consumption::shown::{Mark, Shown};
use crate::domain::consumption::{Direction, Register, Status};
use crate::exchange::pdf::{Ink, Page, grey, plain, width};
use crate::text::format;

/// Height of what is drawn.
const HIGH: f32 = 130.0;
/// Room for the numbers at the left.
const AXIS: f32 = 44.0;
/// A bar that is narrower cannot be hollow.
const HOLLOW: f32 = 2.4;
/// What is missing.
const SHADE: Ink = Ink(0.90, 0.90, 0.90);

/// The colour of a register; dark ones are taken in the day, light ones at night.
fn ink(register: Register) -> Ink {
    match register {
        Register::OfftakeDay | Register::OfftakeTotal | Register::OfftakeActive => {
            Ink(0.12, 0.30, 0.48)
        }
        Register::OfftakeNight => Ink(0.47, 0.65, 0.82),
        Register::InjectionDay | Register::InjectionTotal | Register::InjectionActive => {
            Ink(0.70, 0.36, 0.0)
        }
        Register::InjectionNight => Ink(0.94, 0.70, 0.42),
        Register::OfftakeVolume | Register::Peak => Ink(0.30, 0.30, 0.30),
    }
}

/// Where values are on the paper.
struct Scale {
    /// Thousandths at the upper edge.
    up: i64,
    /// Thousandths at the lower edge, not below zero.
    down: i64,
    /// Thousandths between two lines.
    tick: i64,
    /// The upper edge.
    top: f32,
}

impl Scale {
    fn of(shown: &Shown, top: f32) -> Self {
        let up = shown.highest(Direction::Offtake).max(0);
        let down = shown.highest(Direction::Injection).max(0);
        let tick = tick(up.saturating_add(down).max(1));
        let whole = |n: i64| n.div_euclid(tick) * tick + if n % tick == 0 { 0 } else { tick };
        Self {
            up: whole(up).max(tick),
            down: whole(down),
            tick,
            top,
        }
    }

    /// The place of a value; below the line it is below zero.
    fn y(&self, value: i64) -> f32 {
        self.top + share(self.up - value, self.up + self.down) * HIGH
    }
}

/// A round distance so that there are about five lines.
fn tick(span: i64) -> i64 {
    let rough = (span / 5).max(1);
    let mut ten = 1;
    while ten <= rough / 10 {
        ten *= 10;
    }
    let round = [1, 2, 5, 10].map(|step| step * ten);
    round
        .into_iter()
        .find(|step| *step >= rough)
        .unwrap_or(ten * 10)
}

/// A part of a whole, from 0 to 1.
fn share(part: i64, whole: i64) -> f32 {
    let fine = i128::from(part.max(0)) * 50_000 / i128::from(whole.max(1));
    f32::from(u16::try_from(fine).unwrap_or(u16::MAX)) / 50_000.0
}

fn count(n: usize) -> f32 {
    f32::from(u16::try_from(n).unwrap_or(u16::MAX))
}

struct Chart<'a> {
    report: &'a Report<'a>,
    shown: &'a Shown,
}

/// Draws it below `y`. Gives where it ends.
pub(super) fn draw(report: &Report<'_>, shown: &Shown, page: &mut Page, y: f32) -> f32 {
    let chart = Chart { report, shown };
    let y = chart.names(page, y + 10.0);
    let scale = Scale::of(shown, y + 12.0);
    chart.shades(page, &scale);
    chart.lines(page, &scale);
    chart.bars(page, &scale);
    let zero = scale.y(0);
    page.line((LEFT + AXIS, zero), (RIGHT, zero), 0.9, Ink::BLACK);
    chart.moments(page, scale.top + HIGH);
    scale.top + HIGH + 26.0
}

impl Chart<'_> {
    /// What the colours are, and the unit. Gives the line below.
    fn names(&self, page: &mut Page, y: f32) -> f32 {
        let texts = self.report.texts;
        let unit = texts.fill("consumption.page.unit", &[("unit", self.shown.unit.sign())]);
        page.text((LEFT, y), plain(9.0), &unit);
        let mut x = LEFT + width(&unit, plain(9.0)) + 22.0;
        let mut name = |ink: Ink, is_hollow: bool, said: &str| {
            let (at, size) = ((x, y - 6.5), (8.0, 7.0));
            if is_hollow {
                page.frame(at, size, ink);
            } else {
                page.area(at, size, ink);
            }
            page.text((x + 12.0, y), plain(8.5), said);
            x += width(said, plain(8.5)) + 28.0;
        };
        for register in self.drawn() {
            let said = texts.say(&format!("consumption.register.{}", register.key()));
            name(ink(register), false, &said);
        }
        let is_wide = self.bar().0 >= HOLLOW;
        if is_wide && self.report.has(Status::Estimated) {
            let said = texts.get("consumption.status.estimated");
            name(Ink::GREY, true, said);
        }
        if (0..self.shown.slots.len()).any(|at| self.lacks(at)) {
            name(SHADE, false, texts.get("consumption.page.nothing_here"));
        }
        y
    }

    /// The registers that have a bar somewhere, in their order.
    fn drawn(&self) -> BTreeSet<Register> {
        let slots = 0..self.shown.slots.len();
        let both = [Direction::Offtake, Direction::Injection];
        let stacks = slots.flat_map(|at| both.map(|way| self.shown.stack(at, way)));
        stacks.flatten().map(|(register, _)| register).collect()
    }

    /// Whether a stretch has no value for all of its time.
    fn lacks(&self, at: usize) -> bool {
        matches!(self.shown.mark(at), Mark::Missing | Mark::Part)
    }

    /// Left edge and width of the part of a row.
    fn place(&self, at: usize) -> (f32, f32) {
        let wide = (RIGHT - LEFT - AXIS) / count(self.shown.slots.len().max(1));
        (LEFT + AXIS + wide * count(at), wide)
    }

    fn shades(&self, page: &mut Page, scale: &Scale) {
        for at in (0..self.shown.slots.len()).filter(|at| self.lacks(*at)) {
            let (x, wide) = self.place(at);
            page.area((x, scale.top), (wide, HIGH), SHADE);
        }
    }

    /// Width of a bar, and of the gap before it.
    fn bar(&self) -> (f32, f32) {
        let (_, wide) = self.place(0);
        let bar = if wide > 4.0 { wide * 0.76 } else { wide };
        (bar, (wide - bar) / 2.0)
    }

    fn bars(&self, page: &mut Page, scale: &Scale) {
        let (bar, gap) = self.bar();
        for at in 0..self.shown.slots.len() {
            let x = self.place(at).0 + gap;
            for direction in [Direction::Offtake, Direction::Injection] {
                let mut from = 0;
                for (register, amount) in self.shown.stack(at, direction) {
                    let to = from + amount.value.max(0);
                    let ends = match direction {
                        Direction::Offtake => (scale.y(to), scale.y(from)),
                        Direction::Injection => (scale.y(-from), scale.y(-to)),
                    };
                    one(page, (x, bar), ends, (register, amount.status));
                    from = to;
                }
            }
        }
    }

    /// Lines of round values with their numbers.
    fn lines(&self, page: &mut Page, scale: &Scale) {
        let texts = self.report.texts;
        let mut value = scale.up;
        while value >= -scale.down {
            let y = scale.y(value);
            page.line((LEFT + AXIS, y), (RIGHT, y), 0.4, Ink::RULE);
            let number = format::rounded(texts, value.abs(), scale.tick);
            page.text_to((LEFT + AXIS - 6.0, y + 3.0), grey(8.0), &number);
            value -= scale.tick;
        }
    }

    fn moments(&self, page: &mut Page, y: f32) {
        for at in 0..self.shown.slots.len() {
            let said = moments::under(self.report.texts, self.shown, at);
            let Some(said) = said else { continue };
            let (x, wide) = self.place(at);
            if wide < 12.0 {
                page.line((x, y), (x, y + 4.0), 0.5, Ink::GREY);
                page.text((x + 2.0, y + 11.0), grey(7.5), &said);
            } else {
                page.text_at((x + wide / 2.0, y + 11.0), grey(7.5), &said);
            }
        }
    }
}

/// A bar: filled, or hollow when it is estimated.
fn one(page: &mut Page, (x, wide): (f32, f32), ends: (f32, f32), what: (Register, Status)) {
    let (register, status) = what;
    let high = ends.1 - ends.0;
    if high <= 0.0 {
        return;
    }
    let ink = ink(register);
    if status == Status::Estimated && wide >= HOLLOW {
        page.frame((x + 0.4, ends.0), (wide - 0.8, high), ink);
    } else {
        page.area((x, ends.0), (wide, high), ink);
    }
}
