//! Styles by meaning, from `assets/theme/*.toml`. `NO_COLOR` takes the colours away and leaves
//! bold, dim and reverse: the letters and words say the rest.

use std::collections::BTreeMap;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

const DEFAULT: &str = include_str!("../../assets/theme/default.toml");

/// What a style means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Past its due instant.
    Late,
    /// Past its warning.
    Soon,
    /// Running, time left.
    Calm,
    /// Ended well.
    Done,
    /// Held by me.
    Mine,
    /// Held by somebody else.
    Other,
    /// Second in rank.
    Faint,
    /// A heading.
    Title,
    /// A key in the hints.
    Key,
    /// Where the cursor is.
    Cursor,
    /// To be read.
    Warning,
    /// Something stands against it.
    Error,
    /// It was done.
    Good,
    /// Not the real database.
    Rehearsal,
}

/// Whether colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colours {
    /// Yes.
    On,
    /// No: `NO_COLOR`, or a terminal that has none.
    Off,
}

/// Styles by meaning.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Theme {
    styles: BTreeMap<Role, Style>,
}

#[derive(Debug, Clone, Copy, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the form of the file: each stands for itself"
)]
struct Entry {
    #[serde(deserialize_with = "colour")]
    fg: Option<Color>,
    #[serde(deserialize_with = "colour")]
    bg: Option<Color>,
    bold: bool,
    dim: bool,
    underline: bool,
    reverse: bool,
}

fn colour<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Color>, D::Error> {
    let name = String::deserialize(from)?;
    let no_colour = |_| serde::de::Error::custom(format!("`{name}` is no colour"));
    name.parse().map(Some).map_err(no_colour)
}

impl Entry {
    fn style(self, colours: Colours) -> Style {
        let mut style = Style::default();
        if colours == Colours::On {
            style.fg = self.fg;
            style.bg = self.bg;
        }
        let modifiers = [
            (self.bold, Modifier::BOLD),
            (self.dim, Modifier::DIM),
            (self.underline, Modifier::UNDERLINED),
            (self.reverse, Modifier::REVERSED),
        ];
        let set = modifiers
            .into_iter()
            .filter(|(on, _)| *on)
            .map(|(_, modifier)| modifier);
        style.add_modifier(set.collect())
    }
}

impl Theme {
    /// The shipped theme.
    pub fn shipped(colours: Colours) -> Self {
        Self::parse(DEFAULT, colours).unwrap_or_default()
    }

    /// The theme of that text.
    pub fn parse(text: &str, colours: Colours) -> Result<Self, toml::de::Error> {
        let entries: BTreeMap<Role, Entry> = toml::from_str(text)?;
        let styles = entries
            .into_iter()
            .map(|(role, entry)| (role, entry.style(colours)));
        Ok(Self {
            styles: styles.collect(),
        })
    }

    /// The style of a meaning.
    pub fn style(&self, role: Role) -> Style {
        self.styles.get(&role).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_theme_is_read() {
        let theme = Theme::parse(DEFAULT, Colours::On).unwrap();
        assert_eq!(theme.style(Role::Late).fg, Some(Color::Red));
    }

    #[test]
    fn without_colours_emphasis_stays() {
        let theme = Theme::parse(DEFAULT, Colours::Off).unwrap();
        assert!(
            theme
                .styles
                .values()
                .all(|style| style.fg.is_none() && style.bg.is_none())
        );
        assert!(
            theme
                .style(Role::Late)
                .add_modifier
                .contains(Modifier::BOLD)
        );
        assert!(
            theme
                .style(Role::Cursor)
                .add_modifier
                .contains(Modifier::REVERSED)
        );
    }
}
