//! How many colours there are, and what becomes of a colour where there are fewer.

use ratatui::style::Color;

/// Which colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colours {
    /// As the theme says.
    On,
    /// At most the 256 of xterm.
    Indexed,
    /// The sixteen that people set in their terminal.
    Sixteen,
    /// None: `NO_COLOR`, or a terminal that has none.
    Off,
}

/// Terminals without colours, by the begin of their names.
const PLAIN: [&str; 5] = ["dumb", "vt1", "vt2", "vt3", "vt52"];

impl Colours {
    /// What the terminal shows, from `NO_COLOR`, `TERM` and `COLORTERM`.
    pub fn of(no_color: Option<&str>, term: Option<&str>, colorterm: Option<&str>) -> Self {
        let term = term.unwrap_or("dumb");
        let is_plain = PLAIN.iter().any(|name| term.starts_with(name))
            || term.ends_with("-m")
            || term.ends_with("-mono");
        if no_color.is_some_and(|set| !set.is_empty()) || is_plain {
            Self::Off
        } else if matches!(colorterm, Some("truecolor" | "24bit")) || term.ends_with("-direct") {
            Self::On
        } else if term.contains("256color") {
            Self::Indexed
        } else {
            Self::Sixteen
        }
    }
}

/// The sixteen as xterm shows them, in the order of their numbers.
const SIXTEEN: [(Color, [u8; 3]); 16] = [
    (Color::Black, [0, 0, 0]),
    (Color::Red, [205, 0, 0]),
    (Color::Green, [0, 205, 0]),
    (Color::Yellow, [205, 205, 0]),
    (Color::Blue, [0, 0, 238]),
    (Color::Magenta, [205, 0, 205]),
    (Color::Cyan, [0, 205, 205]),
    (Color::Gray, [229, 229, 229]),
    (Color::DarkGray, [127, 127, 127]),
    (Color::LightRed, [255, 0, 0]),
    (Color::LightGreen, [0, 255, 0]),
    (Color::LightYellow, [255, 255, 0]),
    (Color::LightBlue, [92, 92, 255]),
    (Color::LightMagenta, [255, 0, 255]),
    (Color::LightCyan, [0, 255, 255]),
    (Color::White, [255, 255, 255]),
];

/// Steps of the cube of the 256.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// The colour as it is shown; `None` when there are none.
pub(super) fn shown(colour: Color, colours: Colours) -> Option<Color> {
    match (colours, colour) {
        (Colours::Off, _) => None,
        (Colours::Indexed, Color::Rgb(r, g, b)) => Some(Color::Indexed(cube([r, g, b]))),
        (Colours::Sixteen, Color::Rgb(r, g, b)) => Some(nearest([r, g, b])),
        (Colours::Sixteen, Color::Indexed(number)) => Some(nearest(rgb(number))),
        _ => Some(colour),
    }
}

/// The number in the cube that is nearest.
fn cube(rgb: [u8; 3]) -> u8 {
    let step = |value: u8| {
        let near = (0u8..6).zip(STEPS).min_by_key(|(_, it)| it.abs_diff(value));
        near.map_or(0, |(number, _)| number)
    };
    let [r, g, b] = rgb.map(step);
    16 + 36 * r + 6 * g + b
}

/// The colour of a number of the 256.
fn rgb(number: u8) -> [u8; 3] {
    match number {
        0..16 => SIXTEEN[usize::from(number)].1,
        16..232 => {
            let number = number - 16;
            [number / 36, number / 6 % 6, number % 6].map(|step| STEPS[usize::from(step)])
        }
        _ => [8 + (number - 232) * 10; 3],
    }
}

fn nearest(rgb: [u8; 3]) -> Color {
    let far = |other: &[u8; 3]| -> u32 {
        let parts = rgb.iter().zip(other);
        parts
            .map(|(one, other)| u32::from(one.abs_diff(*other)).pow(2))
            .sum()
    };
    let found = SIXTEEN.iter().min_by_key(|(_, rgb)| far(rgb));
    found.map_or(Color::Reset, |(colour, _)| *colour)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_terminal_says_how_many_colours_it_has() {
        let of = Colours::of;
        assert_eq!(of(Some("1"), Some("xterm-256color"), None), Colours::Off);
        assert_eq!(of(Some(""), Some("xterm"), None), Colours::Sixteen);
        assert_eq!(of(None, None, None), Colours::Off);
        for plain in ["dumb", "vt100", "vt220", "xterm-mono", "linux-m"] {
            assert_eq!(of(None, Some(plain), Some("truecolor")), Colours::Off);
        }
        assert_eq!(of(None, Some("linux"), None), Colours::Sixteen);
        assert_eq!(of(None, Some("tmux-256color"), None), Colours::Indexed);
        assert_eq!(of(None, Some("xterm"), Some("truecolor")), Colours::On);
    }

    #[test]
    fn a_colour_becomes_the_nearest_that_there_is() {
        let orange = Color::Rgb(255, 135, 0);
        assert_eq!(shown(orange, Colours::On), Some(orange));
        assert_eq!(shown(orange, Colours::Indexed), Some(Color::Indexed(208)));
        assert_eq!(shown(orange, Colours::Sixteen), Some(Color::Yellow));
        assert_eq!(
            shown(Color::Indexed(9), Colours::Sixteen),
            Some(Color::LightRed)
        );
        assert_eq!(
            shown(Color::Indexed(255), Colours::Sixteen),
            Some(Color::Gray)
        );
        assert_eq!(shown(Color::Red, Colours::Sixteen), Some(Color::Red));
        assert_eq!(shown(Color::Red, Colours::Off), None);
    }
}
