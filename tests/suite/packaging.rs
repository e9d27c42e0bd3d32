//! The Debian package: what is in it, with which rights, and that its parts are well-formed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Whether a program is there; it says what is left out without it. On CI everything must be there.
fn is_there(program: &str) -> bool {
    let asked = Command::new(program).arg("--version").output().is_ok();
    assert!(
        asked || loket::system::env("CI").is_none(),
        "CI lacks {program}"
    );
    if !asked {
        loket::system::print_error(&format!("skipped: {program} is not installed"));
    }
    asked
}

fn said(program: &str, arguments: &[&str]) -> String {
    let out = Command::new(program).args(arguments).output().unwrap();
    let errors = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(out.status.success(), "{program} {arguments:?}: {errors}");
    String::from_utf8(out.stdout).unwrap()
}

/// A folder that goes with its value.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn folder() -> Folder {
    let name = format!("loket-deb-{}", uuid::Uuid::now_v7());
    let path = std::env::temp_dir().join(name);
    std::fs::create_dir(&path).unwrap();
    Folder(path)
}

/// Rights, owner and size by path.
fn listed(package: &str) -> BTreeMap<String, (String, String)> {
    let list = said("dpkg-deb", &["-c", package]);
    let entries = list.lines().map(|line| {
        let mut words = line.split_whitespace();
        let (rights, owner) = (words.next().unwrap(), words.next().unwrap());
        let path = words.nth(3).unwrap().trim_start_matches("./");
        (path.to_owned(), (rights.to_owned(), owner.to_owned()))
    });
    entries.collect()
}

#[test]
fn the_package_has_what_a_server_needs_and_nothing_that_anybody_may_change() {
    if !is_there("dpkg-deb") {
        return;
    }
    let out = folder();
    let script = root().join("scripts/deb");
    let place = out.0.to_str().unwrap();
    let binary = env!("CARGO_BIN_EXE_loket");
    let built = ["--fast", "--binary", binary, "--out", place];
    let package = said(script.to_str().unwrap(), &built).trim().to_owned();

    let files = listed(&package);
    for (path, rights) in [
        ("usr/bin/loket", "-rwxr-xr-x"),
        ("usr/lib/systemd/system/loket-worker.service", "-rw-r--r--"),
        ("usr/lib/sysusers.d/loket.conf", "-rw-r--r--"),
        ("etc/loket/config.toml", "-rw-r--r--"),
        ("usr/share/doc/loket/examples/sshd_loket.conf", "-rw-r--r--"),
        ("usr/share/doc/loket/copyright", "-rw-r--r--"),
        ("usr/share/doc/loket/changelog.gz", "-rw-r--r--"),
        ("usr/share/doc/loket/changelog.Debian.gz", "-rw-r--r--"),
    ] {
        let found = files
            .get(path)
            .unwrap_or_else(|| panic!("{path} is not in {files:?}"));
        assert_eq!(found.0, rights, "{path}");
    }
    for (path, (rights, owner)) in &files {
        assert_eq!(owner, "root/root", "{path}");
        let is_open = rights.as_bytes()[8] == b'w' || rights.contains(['s', 't']);
        assert!(!is_open, "{path} is {rights}");
        let top = path.split('/').next().unwrap();
        assert!(
            ["", "etc", "usr"].contains(&top),
            "{path} is in a strange place"
        );
    }

    let field = |name: &str| said("dpkg-deb", &["-f", &package, name]).trim().to_owned();
    assert_eq!(field("Package"), "loket");
    assert_eq!(field("Version"), env!("CARGO_PKG_VERSION"));
    assert!(
        field("Depends").starts_with("libc6 (>= 2."),
        "{}",
        field("Depends")
    );
    let control = out.0.join("control");
    said("dpkg-deb", &["-e", &package, control.to_str().unwrap()]);
    let conffiles = std::fs::read_to_string(control.join("conffiles")).unwrap();
    assert_eq!(conffiles, "/etc/loket/config.toml\n");
    let sums = std::fs::read_to_string(control.join("md5sums")).unwrap();
    let summed = sums.lines().filter(|line| {
        line.split("  ")
            .nth(1)
            .is_some_and(|path| files.contains_key(path))
    });
    let plain = files
        .iter()
        .filter(|(path, (rights, _))| rights.starts_with('-') && path.starts_with("usr/"));
    assert_eq!(summed.count(), plain.count(), "{sums}");
}

/// All settings stand in the file of the package, and none of them is set: a newer default reaches
/// everybody who did not choose.
#[test]
fn the_settings_of_the_package_set_nothing() {
    if !is_there("dpkg-deb") {
        return;
    }
    let sed = "s/^\\([a-z_.]* = \\)/#\\1/";
    let config = root().join("config.toml");
    let text = said("sed", &[sed, config.to_str().unwrap()]);
    let table: toml::Table = text.parse().unwrap();
    assert!(table.values().all(toml::Value::is_table), "{table:?}");
    let script = std::fs::read_to_string(root().join("scripts/deb")).unwrap();
    assert!(script.contains(sed), "the script does something else");
    let out = folder();
    let file = out.0.join("config.toml");
    std::fs::write(&file, &text).unwrap();
    let line = format!("doctor --json --config {}", file.display());
    let found = crate::support::shell::Shell::bare().run(&line);
    assert!(found.out.contains("lock_after = 10 (default)"), "{found:?}");
}

#[test]
fn the_scripts_and_the_unit_are_well_formed() {
    for script in ["postinst", "prerm", "postrm"] {
        let path = root().join("packaging").join(script);
        said("sh", &["-n", path.to_str().unwrap()]);
    }
    said(
        "bash",
        &["-n", root().join("scripts/deb").to_str().unwrap()],
    );
    if !is_there("systemd-analyze") {
        return;
    }
    // systemd wants the program to be there
    let here = folder();
    let unit = std::fs::read_to_string(root().join("packaging/loket-worker.service")).unwrap();
    let unit = unit.replace("/usr/bin/loket", env!("CARGO_BIN_EXE_loket"));
    let file = here.0.join("loket-worker.service");
    std::fs::write(&file, unit).unwrap();
    let file = file.to_str().unwrap();
    // 0 is closed, 10 is open; a tenth of that
    said(
        "systemd-analyze",
        &["security", "--offline=true", "--threshold=20", file],
    );
}
