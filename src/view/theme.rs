//! Styles by meaning, from `assets/theme/*.toml` and the files that people lay over them. Without
//! colours bold, dim, underline and reverse stay: the letters and words say the rest.

mod depth;
mod read;
mod themes;

use std::collections::BTreeMap;

use ratatui::style::{Color, Modifier, Style};

pub use depth::Colours;
pub use themes::{DEFAULT, Themes};

/// What a style means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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

impl Role {
    /// All of them, with their names in the files.
    pub const ALL: [(&'static str, Self); 14] = [
        ("late", Self::Late),
        ("soon", Self::Soon),
        ("calm", Self::Calm),
        ("done", Self::Done),
        ("mine", Self::Mine),
        ("other", Self::Other),
        ("faint", Self::Faint),
        ("title", Self::Title),
        ("key", Self::Key),
        ("cursor", Self::Cursor),
        ("warning", Self::Warning),
        ("error", Self::Error),
        ("good", Self::Good),
        ("rehearsal", Self::Rehearsal),
    ];

    fn named(name: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(known, _)| *known == name);
        found.map(|(_, role)| *role)
    }
}

/// A style as it is written, before it is brought to what the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Look {
    fg: Option<Color>,
    bg: Option<Color>,
    emphasis: Modifier,
}

impl Look {
    fn style(self, colours: Colours) -> Style {
        let shown = |colour: Option<Color>| colour.and_then(|it| depth::shown(it, colours));
        let style = Style {
            fg: shown(self.fg),
            bg: shown(self.bg),
            ..Style::default()
        };
        style.add_modifier(self.emphasis)
    }
}

/// Styles by meaning.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Theme {
    styles: BTreeMap<Role, Style>,
}

impl Theme {
    /// The shipped theme: the terminal's own colours.
    pub fn shipped(colours: Colours) -> Self {
        let (themes, _) = Themes::with(&[], colours);
        themes.get(DEFAULT).cloned().unwrap_or_default()
    }

    /// Whether any colour is left.
    pub fn has_colours(&self) -> bool {
        let mut styles = self.styles.values();
        styles.any(|style| style.fg.is_some() || style.bg.is_some())
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
        let theme = Theme::shipped(Colours::On);
        assert_eq!(theme.style(Role::Late).fg, Some(Color::Red));
    }

    /// `NO_COLOR`: no theme has a colour left, and what matters most is still set off.
    #[test]
    fn without_colours_emphasis_stays() {
        let (themes, _) = Themes::with(&[], Colours::Off);
        for name in themes.names() {
            let theme = themes.get(&name).unwrap();
            for (_, role) in Role::ALL {
                let style = theme.style(role);
                assert_eq!((style.fg, style.bg), (None, None), "{name}");
            }
            for role in [Role::Late, Role::Soon, Role::Error, Role::Warning] {
                let style = theme.style(role).add_modifier;
                assert!(!style.is_empty(), "{role:?} in {name}");
            }
            let cursor = theme.style(Role::Cursor).add_modifier;
            assert!(cursor.contains(Modifier::REVERSED), "{name}");
        }
    }
}
