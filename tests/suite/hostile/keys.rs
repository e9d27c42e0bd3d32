//! Bytes as a terminal, or somebody in its place, may send them to the real program.

use proptest::prelude::*;

use super::tried;
use crate::support::screen::Screen;
use crate::support::world::World;

/// Whatever bytes come (torn sequences, endless numbers, pastes that never end, broken UTF-8), the
/// console lives on, and after them a key is a key again.
#[tokio::test(flavor = "multi_thread")]
async fn any_bytes_from_the_terminal_leave_a_console_that_works() {
    let world = World::new().await;
    let _case = world.signal(1).await;
    let mut screen = Screen::desk(&world.db.url("anna"), (100, 30));
    screen.wait("contact the party");
    let sequence = prop_oneof![
        Just(b"\x1b[".to_vec()),
        Just(b"\x1b[999999999999999999999;5u".to_vec()),
        Just(b"\x1b[<0;70000;70000M".to_vec()),
        Just(b"\x1b[M\xff\xff\xff".to_vec()),
        Just(b"\x1b[200~never ended".to_vec()),
        Just(b"\x1b[201~".to_vec()),
        Just(b"\x1b[I\x1b[O".to_vec()),
        Just(b"\x1bO".to_vec()),
        Just(b"\x1b]52;c;?\x07".to_vec()),
        Just(b"\xc3".to_vec()),
        Just(b"\xf0\x9f".to_vec()),
        // no control-c, -z, -\, and no q: they mean to leave
        proptest::collection::vec(0x80u8..=0xff, 0..6),
        "[a-p]{0,3}".prop_map(String::into_bytes),
    ];
    let bytes = proptest::collection::vec(sequence, 1..4).prop_map(|parts| parts.concat());
    tried(60, &bytes, |bytes| {
        screen.press_bytes(&bytes);
        assert!(
            screen.child.try_wait().unwrap().is_none(),
            "ended by {bytes:?}"
        );
    });
    // an open paste is closed, and whatever is open is left
    screen.press_bytes(b"\x1b[201~");
    let mut steps = 0;
    loop {
        screen.press("\x1b");
        std::thread::sleep(std::time::Duration::from_millis(300));
        screen.press("?");
        std::thread::sleep(std::time::Duration::from_millis(700));
        let text = screen.text();
        if text.to_lowercase().contains("keys") {
            return;
        }
        steps += 1;
        assert!(steps < 30, "no key works any more:\n{text}");
    }
}
