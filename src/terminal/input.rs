//! From crossterm's events to the desk's own input. What the desk does not know is dropped here.

use crossterm::event::{
    Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};

use crate::desk::key::{Code, Input, Key, Modifier, Mouse, Place};

/// At most this much of one paste is taken; a form field holds less.
const PASTE_LIMIT: usize = 64 * 1024;

/// The input that an event is, if it is one.
pub fn convert(event: Event) -> Option<Input> {
    match event {
        Event::Key(key) => key_of(key).map(Input::Key),
        Event::Paste(text) => Some(Input::Paste(bounded(text))),
        Event::Resize(columns, rows) => Some(Input::Resize(columns, rows)),
        Event::Mouse(mouse) => mouse_of(mouse).map(Input::Mouse),
        _ => None,
    }
}

fn mouse_of(event: MouseEvent) -> Option<Mouse> {
    let (column, row) = (event.column, event.row);
    let place = Place { column, row };
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) => Some(Mouse::Click(place)),
        MouseEventKind::ScrollUp => Some(Mouse::WheelUp(place)),
        MouseEventKind::ScrollDown => Some(Mouse::WheelDown(place)),
        _ => None,
    }
}

fn bounded(mut text: String) -> String {
    if text.len() > PASTE_LIMIT {
        let mut end = PASTE_LIMIT;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
    }
    text
}

fn key_of(event: KeyEvent) -> Option<Key> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let modifier = if event.modifiers.contains(KeyModifiers::CONTROL) {
        Modifier::Ctrl
    } else if event.modifiers.contains(KeyModifiers::ALT) {
        Modifier::Alt
    } else {
        Modifier::Plain
    };
    let code = match event.code {
        KeyCode::Char(c) if modifier == Modifier::Ctrl => Code::Char(c.to_ascii_lowercase()),
        KeyCode::Char(c) => Code::Char(c),
        KeyCode::Tab if event.modifiers.contains(KeyModifiers::SHIFT) => Code::BackTab,
        other => named(other)?,
    };
    Some(Key { code, modifier })
}

fn named(code: KeyCode) -> Option<Code> {
    Some(match code {
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab => Code::Tab,
        KeyCode::BackTab => Code::BackTab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Delete => Code::Delete,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        KeyCode::F(number @ 1..=12) => Code::F(number),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(code: KeyCode, modifiers: KeyModifiers) -> Option<Input> {
        convert(Event::Key(KeyEvent::new(code, modifiers)))
    }

    #[test]
    fn keys_come_out_by_name() {
        let named = |name: &str| Some(Input::Key(name.parse().unwrap()));
        assert_eq!(press(KeyCode::Char('G'), KeyModifiers::SHIFT), named("G"));
        assert_eq!(
            press(KeyCode::Char('l'), KeyModifiers::CONTROL),
            named("ctrl-l")
        );
        assert_eq!(
            press(KeyCode::BackTab, KeyModifiers::SHIFT),
            named("shift-tab")
        );
        assert_eq!(press(KeyCode::CapsLock, KeyModifiers::NONE), None);
    }

    #[test]
    fn a_huge_paste_is_cut_at_a_character() {
        let Some(Input::Paste(text)) = convert(Event::Paste("é".repeat(PASTE_LIMIT))) else {
            panic!("a paste stays a paste");
        };
        assert!(text.len() <= PASTE_LIMIT && text.chars().all(|c| c == 'é'));
    }
}
