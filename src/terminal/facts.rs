//! What is known of the terminal without asking it (a question that is answered late is printed as
//! rubbish): size, colours, characters, whether the clipboard can be reached.

/// How many colours there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Palette {
    /// Switched off (`NO_COLOR`), or none.
    None,
    /// The sixteen of the terminal.
    Sixteen,
    /// 256.
    Many,
    /// All.
    All,
}

/// Whether OSC 52 reaches a clipboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clipboard {
    /// This terminal takes it.
    Takes,
    /// It takes it when it is told to.
    MustAllow,
    /// It does not.
    Not,
    /// Nobody knows this terminal.
    Unknown,
}

/// What is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// `TERM`.
    pub term: String,
    /// Colours.
    pub palette: Palette,
    /// Whether the locale says UTF-8.
    pub utf8: bool,
    /// The clipboard.
    pub clipboard: Clipboard,
    /// Whether the line comes over SSH.
    pub ssh: bool,
    /// Whether it is known to take links to files of this machine (OSC 8).
    pub links: bool,
}

impl Facts {
    /// From the environment.
    pub fn read(env: &dyn Fn(&str) -> Option<String>) -> Self {
        let term = env("TERM").unwrap_or_default();
        let ssh = env("SSH_CONNECTION").is_some() || env("SSH_TTY").is_some();
        Self {
            palette: palette(&term, env),
            utf8: is_utf8(env),
            clipboard: clipboard(&term, env),
            ssh,
            links: !ssh && takes_links(&term, env),
            term,
        }
    }

    /// Whether a full screen can be drawn on it.
    pub fn can_draw(&self) -> bool {
        !matches!(self.term.as_str(), "" | "dumb" | "unknown")
    }
}

/// The size, columns and rows, when there is a terminal.
pub fn size() -> Option<(u16, u16)> {
    super::guard::is_interactive()
        .then(|| crossterm::terminal::size().ok())
        .flatten()
}

fn palette(term: &str, env: &dyn Fn(&str) -> Option<String>) -> Palette {
    let depth = env("COLORTERM").unwrap_or_default();
    match term {
        _ if env("NO_COLOR").is_some() => Palette::None,
        "" | "dumb" | "unknown" | "vt100" | "vt102" | "vt220" => Palette::None,
        _ if matches!(depth.as_str(), "truecolor" | "24bit") => Palette::All,
        term if term.ends_with("-direct") => Palette::All,
        term if term.contains("256color") => Palette::Many,
        term if KITTENS.iter().any(|name| term.contains(name)) => Palette::All,
        _ => Palette::Sixteen,
    }
}

/// The first that is set counts.
fn is_utf8(env: &dyn Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(env);
    let locale = locale.unwrap_or_default().to_ascii_lowercase();
    locale.ends_with("utf-8") || locale.ends_with("utf8")
}

/// Names in `TERM` of terminals with all colours and an open clipboard.
const KITTENS: [&str; 5] = ["kitty", "alacritty", "foot", "wezterm", "ghostty"];

fn clipboard(term: &str, env: &dyn Fn(&str) -> Option<String>) -> Clipboard {
    let program = env("TERM_PROGRAM").unwrap_or_default().to_ascii_lowercase();
    let is_one = |names: &[&str]| {
        names
            .iter()
            .any(|it| term.contains(it) || program.contains(it))
    };
    match () {
        // tmux keeps it for itself unless `set-clipboard` is `on` or `external`
        () if env("TMUX").is_some() || is_one(&["tmux"]) => Clipboard::MustAllow,
        () if is_one(&KITTENS) || is_one(&["contour", "rio"]) => Clipboard::Takes,
        () if is_one(&["iterm", "vscode"]) => Clipboard::MustAllow,
        () if env("VTE_VERSION").is_some() || is_one(&["linux", "screen", "dumb", "apple_"]) => {
            Clipboard::Not
        }
        () if env("XTERM_VERSION").is_some() => Clipboard::MustAllow,
        () => Clipboard::Unknown,
    }
}

/// Whether the terminal is known to take links. One in which tmux or screen runs is not known: those
/// pass them on only when told to.
fn takes_links(term: &str, env: &dyn Fn(&str) -> Option<String>) -> bool {
    let program = env("TERM_PROGRAM").unwrap_or_default().to_ascii_lowercase();
    let is_inside = env("TMUX").is_some() || env("STY").is_some();
    if is_inside || ["tmux", "screen"].iter().any(|it| term.starts_with(it)) {
        return false;
    }
    let is_since = |name: &str, version: u32| {
        env(name).is_some_and(|text| text.parse().is_ok_and(|it: u32| it >= version))
    };
    let known = ["iterm", "vscode", "hyper", "tabby", "contour", "rio"];
    KITTENS
        .iter()
        .any(|it| term.contains(it) || program.contains(it))
        || known.iter().any(|it| program.contains(it))
        || is_since("VTE_VERSION", 5_000)
        || is_since("KONSOLE_VERSION", 201_200)
        || env("WT_SESSION").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(set: &'static [(&'static str, &'static str)]) -> Facts {
        Facts::read(&|name| {
            let found = set.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn colours_come_from_the_terminal_and_no_color_wins() {
        let colours = |set| with(set).palette;
        assert_eq!(colours(&[("TERM", "xterm")]), Palette::Sixteen);
        assert_eq!(colours(&[("TERM", "xterm-256color")]), Palette::Many);
        let all = &[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")];
        assert_eq!(colours(all), Palette::All);
        assert_eq!(
            colours(&[("TERM", "xterm-kitty"), ("NO_COLOR", "1")]),
            Palette::None
        );
        assert_eq!(colours(&[]), Palette::None);
    }

    #[test]
    fn the_first_locale_that_is_set_says_whether_it_is_utf_8() {
        assert!(with(&[("LANG", "nl_NL.UTF-8")]).utf8);
        assert!(with(&[("LANG", "C.utf8")]).utf8);
        assert!(!with(&[("LC_ALL", "C"), ("LANG", "nl_NL.UTF-8")]).utf8);
        assert!(!with(&[]).utf8);
    }

    #[test]
    fn the_clipboard_is_that_of_whoever_is_nearest() {
        let found = |set| with(set).clipboard;
        assert_eq!(found(&[("TERM", "alacritty")]), Clipboard::Takes);
        let inside = &[
            ("TERM", "tmux-256color"),
            ("TMUX", "/tmp/x"),
            ("TERM_PROGRAM", "tmux"),
        ];
        assert_eq!(found(inside), Clipboard::MustAllow);
        assert_eq!(found(&[("TERM", "linux")]), Clipboard::Not);
        assert_eq!(found(&[("TERM", "xterm-256color")]), Clipboard::Unknown);
    }

    /// Not known means none; what is far away has no files here.
    #[test]
    fn links_are_for_terminals_that_are_known_to_take_them() {
        let takes = |set| with(set).links;
        assert!(!takes(&[("TERM", "xterm-256color")]));
        assert!(takes(&[
            ("TERM", "xterm-256color"),
            ("VTE_VERSION", "7600")
        ]));
        assert!(!takes(&[("TERM", "xterm"), ("VTE_VERSION", "4205")]));
        assert!(takes(&[("TERM", "foot")]));
        assert!(!takes(&[("TERM", "foot"), ("TMUX", "/tmp/x")]));
        assert!(!takes(&[("TERM", "foot"), ("SSH_TTY", "/dev/pts/1")]));
    }

    #[test]
    fn a_full_screen_needs_a_terminal_that_moves_its_cursor() {
        assert!(!with(&[("TERM", "dumb")]).can_draw());
        assert!(with(&[("TERM", "vt100")]).can_draw());
    }
}
