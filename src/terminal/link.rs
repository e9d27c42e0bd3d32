//! Links to files in what commands print (OSC 8): the terminal opens the file when its name is clicked
//! on. Only on a terminal that is known to take them, on the machine where the file is; see
//! [`Facts::links`](super::facts::Facts::links).

use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// `shown` as a link to the file of that absolute path on this machine.
pub fn file(host: &str, path: &Path, shown: &str) -> String {
    let mut address = format!("file://{host}");
    for byte in path.as_os_str().as_bytes() {
        let is_plain = byte.is_ascii_alphanumeric() || b"/-._~".contains(byte);
        if is_plain {
            address.push(char::from(*byte));
        } else {
            // writing into a string cannot fail
            let _ = write!(address, "%{byte:02X}");
        }
    }
    format!("\x1b]8;;{address}\x1b\\{shown}\x1b]8;;\x1b\\")
}

/// The name of this machine, as terminals compare it; empty, which means "here", when it is strange.
pub fn host() -> String {
    let name = nix::unistd::gethostname().ok();
    let name = name.and_then(|name| name.into_string().ok());
    let is_plain = |name: &String| {
        let mut letters = name.chars();
        letters.all(|c| c.is_ascii_alphanumeric() || "-.".contains(c))
    };
    name.filter(is_plain).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_path_can_end_the_link() {
        let strange = Path::new("/tmp/a b\u{1b}\\\u{7};é");
        assert_eq!(
            file("desk-1", strange, "a b"),
            "\u{1b}]8;;file://desk-1/tmp/a%20b%1B%5C%07%3B%C3%A9\u{1b}\\a b\u{1b}]8;;\u{1b}\\"
        );
    }
}
