//! All themes: the shipped ones, with the files of people laid over them.

use std::collections::BTreeMap;

use super::read::{self, Read};
use super::{Colours, Look, Role, Theme};
use crate::desk::overlay::{Overlay, Problem};

/// The theme that is shown when nothing is said: the terminal's own colours.
pub const DEFAULT: &str = "default";

const SHIPPED: [(&str, &str); 4] = [
    (DEFAULT, include_str!("../../../assets/theme/default.toml")),
    ("light", include_str!("../../../assets/theme/light.toml")),
    (
        "high-contrast",
        include_str!("../../../assets/theme/high-contrast.toml"),
    ),
    ("mono", include_str!("../../../assets/theme/mono.toml")),
];

type Looks = BTreeMap<Role, Look>;

/// All themes, as this terminal shows them.
#[derive(Debug, Clone, Default)]
pub struct Themes {
    looks: BTreeMap<String, Looks>,
    themes: BTreeMap<String, Theme>,
}

impl Themes {
    /// The shipped themes with these files laid over them, by name of the theme. A file of a new
    /// name is a new theme: it changes the one that it names as `inherit`, or the default.
    pub fn with(overlays: &[(String, Overlay)], colours: Colours) -> (Self, Vec<Problem>) {
        let mut all = Self::default();
        let mut problems = Vec::new();
        for (name, text) in SHIPPED {
            let (file, text) = (format!("theme/{name}.toml"), text.to_owned());
            let read = read::file(&Overlay { file, text });
            all.looks
                .insert(name.to_owned(), read.looks.into_iter().collect());
            problems.extend(read.problems);
        }
        for (name, overlay) in overlays {
            problems.extend(all.lay(name, read::file(overlay)));
        }
        let themes = all.looks.iter().map(|(name, looks)| {
            let styles = looks
                .iter()
                .map(|(role, look)| (*role, look.style(colours)));
            let styles = styles.collect();
            (name.clone(), Theme { styles })
        });
        all.themes = themes.collect();
        (all, problems)
    }

    fn lay(&mut self, name: &str, read: Read) -> Vec<Problem> {
        let mut problems = read.problems;
        let below: &str = match &read.inherit {
            None if self.looks.contains_key(name) => name,
            None => DEFAULT,
            Some((parent, at)) if !self.looks.contains_key(parent) => {
                let args = [
                    ("given", parent.as_str()),
                    ("known", &*self.names().join(", ")),
                ];
                problems.push(Problem::new(at.clone(), "no_theme", &args));
                DEFAULT
            }
            Some((parent, _)) => parent,
        };
        let mut looks = self.looks.get(below).cloned().unwrap_or_default();
        looks.extend(read.looks);
        self.looks.insert(name.to_owned(), looks);
        problems
    }

    /// Their names: ours first, then those of people.
    pub fn names(&self) -> Vec<String> {
        let shipped = SHIPPED.iter().map(|(name, _)| (*name).to_owned());
        let is_own = |name: &&String| !SHIPPED.iter().any(|(known, _)| known == name);
        let own = self.looks.keys().filter(is_own).cloned();
        shipped.chain(own).collect()
    }

    /// The theme of that name.
    pub fn get(&self, name: &str) -> Option<&Theme> {
        self.themes.get(name)
    }
}

#[cfg(test)]
mod tests {
    use ratatui::style::{Color, Modifier};

    use super::*;

    fn laid(name: &str, text: &str) -> (Themes, Vec<Problem>) {
        let overlay = Overlay {
            file: String::from("own.toml"),
            text: text.to_owned(),
        };
        Themes::with(&[(name.to_owned(), overlay)], Colours::On)
    }

    #[test]
    fn the_shipped_themes_are_right() {
        let (themes, problems) = Themes::with(&[], Colours::On);
        assert_eq!(problems, []);
        assert_eq!(
            themes.names(),
            ["default", "light", "high-contrast", "mono"]
        );
        for (_, role) in Role::ALL {
            let mono = themes.get("mono").unwrap().style(role);
            assert_eq!((mono.fg, mono.bg), (None, None), "mono has no colours");
        }
    }

    #[test]
    fn a_file_changes_what_it_names_and_nothing_else() {
        let (themes, problems) = laid("evening", "inherit = \"light\"\n[late]\nfg = \"#ff8700\"\n");
        assert_eq!(problems, []);
        let (own, light) = (themes.get("evening").unwrap(), themes.get("light").unwrap());
        assert_eq!(own.style(Role::Late).fg, Some(Color::Rgb(255, 135, 0)));
        assert!(!own.style(Role::Late).add_modifier.contains(Modifier::BOLD));
        assert_eq!(own.style(Role::Soon), light.style(Role::Soon));
        let (themes, _) = laid("mono", "[soon]\nunderline = true\n");
        let mono = themes.get("mono").unwrap();
        assert_eq!(
            mono.style(Role::Soon).fg,
            None,
            "it lies on the theme of its name"
        );
    }

    #[test]
    fn mistakes_are_named_with_their_line_and_the_rest_counts() {
        let text = "inherit = \"dark\"\n[late]\nfg = \"rose\"\n[sooon]\nbold = true\n\
                    [soon]\nblink = true\n[mine]\nbold = true\n";
        let (themes, problems) = laid("own", text);
        let mut said: Vec<(String, &str)> = problems
            .iter()
            .map(|it| (it.at.to_string(), it.key))
            .collect();
        said.sort_unstable();
        let at = |line: usize| format!("own.toml:{line}");
        let wanted = [
            (at(1), "no_theme"),
            (at(3), "no_colour"),
            (at(4), "no_meaning"),
            (at(7), "no_style"),
        ];
        assert_eq!(said, wanted);
        let (own, default) = (themes.get("own").unwrap(), Theme::shipped(Colours::On));
        assert_eq!(own.style(Role::Late), default.style(Role::Late));
        assert_eq!(own.style(Role::Mine).add_modifier, Modifier::BOLD);
        let (_, problems) = laid("own", "[late\n");
        assert_eq!(problems[0].key, "syntax");
    }
}
