//! A real sshd and a real client on loopback, with the sample of the package: the console and nothing
//! else, and a line that is cut gives the case back.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use loket::store::rows::{CaseId, WorkState};
use nix::sys::signal::Signal;
use nix::unistd::{Uid, User};

use crate::support::screen::Screen;
use crate::support::world::World;

const SAMPLE: &str = include_str!("../../packaging/sshd_loket.conf");
const SIZE: (u16, u16) = (120, 32);

/// The server's program, if it is installed. On CI it must be.
fn sshd() -> Option<PathBuf> {
    let places = ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/sbin/sshd"];
    let found = places
        .map(PathBuf::from)
        .into_iter()
        .find(|path| path.exists());
    let is_ci = loket::system::env("CI").is_some();
    assert!(found.is_some() || !is_ci, "CI lacks openssh-server");
    if found.is_none() {
        loket::system::print_error("skipped: openssh-server is not installed");
    }
    found
}

/// An sshd of our own, with one account that gets the console of anna.
struct Server {
    folder: PathBuf,
    child: Child,
    port: u16,
    user: String,
}

impl Server {
    fn start(program: &Path, url: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("loket-ssh-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir(&folder).unwrap();
        let user = User::from_uid(Uid::effective()).unwrap().unwrap().name;
        for key in ["host", "agent"] {
            let file = folder.join(key);
            let made = Command::new("ssh-keygen")
                .args(["-q", "-t", "ed25519", "-N", "", "-f"])
                .arg(&file)
                .status();
            assert!(made.unwrap().success());
        }
        std::fs::copy(folder.join("agent.pub"), folder.join("authorized")).unwrap();
        // what the settings of a server would say, and the wrapper's only other line is the program
        let start = folder.join("console");
        let script = format!(
            "#!/bin/sh\nexport DATABASE_URL='{url}' LOKET_LANG=en\nexec {} console\n",
            env!("CARGO_BIN_EXE_loket")
        );
        std::fs::write(&start, script).unwrap();
        std::fs::set_permissions(&start, PermissionsExt::from_mode(0o755)).unwrap();
        if Uid::effective().is_root() {
            // sshd's own need; a system's start makes it
            std::fs::create_dir_all("/run/sshd").unwrap();
        }
        for _ in 0..20 {
            if let Some((child, port)) = listening(program, &folder, &user) {
                return Self {
                    folder,
                    child,
                    port,
                    user,
                };
            }
        }
        let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
        panic!("sshd does not listen: {log}");
    }

    /// What the client is started with, before the host.
    fn flags(&self) -> Vec<String> {
        let options = [
            "StrictHostKeyChecking=no",
            "UserKnownHostsFile=/dev/null",
            "IdentitiesOnly=yes",
            "BatchMode=yes",
            "LogLevel=ERROR",
        ];
        let key = self.folder.join("agent").display().to_string();
        let mut flags = vec!["-F".into(), "none".into(), "-i".into(), key];
        flags.extend(["-p".into(), self.port.to_string()]);
        for option in options {
            flags.extend(["-o".to_owned(), option.to_owned()]);
        }
        flags
    }

    fn host(&self) -> String {
        format!("{}@127.0.0.1", self.user)
    }

    /// A client with a terminal, as an agent starts it.
    fn screen(&self, command: &[&str]) -> Screen {
        let mut arguments = vec!["-tt".to_owned()];
        arguments.extend(self.flags());
        arguments.push(self.host());
        arguments.extend(command.iter().map(|word| (*word).to_owned()));
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        Screen::start_program("ssh", &arguments, &[], SIZE)
    }

    /// A client without a terminal.
    fn run(&self, program: &str, before: &[&str], after: &[&str]) -> Output {
        let mut flags = self.flags();
        if program == "sftp" {
            // it says the port in another way
            let at = flags.iter().position(|flag| flag == "-p").unwrap();
            "-P".clone_into(&mut flags[at]);
        }
        Command::new(program)
            .args(before)
            .args(flags)
            .arg(self.host())
            .args(after)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// An sshd on a port of its own. `None` when somebody else took the port meanwhile.
fn listening(program: &Path, folder: &Path, user: &str) -> Option<(Child, u16)> {
    // dropped at once: sshd takes it
    let port = {
        let free = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        free.local_addr().unwrap().port()
    };
    let config = folder.join("sshd_config");
    std::fs::write(&config, settings(folder, port, user)).unwrap();
    let log = folder.join("log");
    let mut child = Command::new(program)
        .args(["-D", "-e", "-f"])
        .arg(&config)
        .stderr(Stdio::from(std::fs::File::create(&log).unwrap()))
        .spawn()
        .unwrap();
    for _ in 0..600 {
        let said = std::fs::read_to_string(&log).unwrap();
        if said.contains("Server listening") {
            return Some((child, port));
        }
        if child.try_wait().unwrap().is_some() {
            return None;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let _ = child.kill();
    let _ = child.wait();
    None
}

/// The sample as it is shipped, for this account, this key and this program; silence is noticed
/// sooner.
fn settings(folder: &Path, port: u16, user: &str) -> String {
    let place = |name: &str| folder.join(name).display().to_string();
    let mut sample = SAMPLE.to_owned();
    for (shipped, here) in [
        ("Match Group loket-agents", format!("Match User {user}")),
        ("/usr/bin/loket console", place("console")),
        ("/etc/ssh/loket/%u", place("authorized")),
        ("ClientAliveInterval 15", "ClientAliveInterval 1".to_owned()),
    ] {
        assert!(sample.contains(shipped), "{shipped} is not in the sample");
        sample = sample.replace(shipped, &here);
    }
    // the folder of the test lies in one that everybody may write
    format!(
        "Port {port}\nListenAddress 127.0.0.1\nHostKey {}\nPidFile none\nUsePAM no\n\
         StrictModes no\nPermitRootLogin prohibit-password\nSubsystem sftp internal-sftp\n{sample}",
        place("host")
    )
}

async fn returned(world: &World, case: CaseId) {
    for _ in 0..1_200 {
        let row = &world.admin.rows(&[case]).await.unwrap()[0];
        if row.work != WorkState::Held {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the case was not returned");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_gets_the_console_and_leaves_it() {
    let Some(program) = sshd() else {
        return;
    };
    let world = World::new().await;
    let case = world.signal(1).await;
    let server = Server::start(&program, &world.db.url("anna"));
    let mut screen = server.screen(&[]);
    screen.wait("contact the party");
    screen.press("c");
    screen.wait("you hold this case");
    // the size of the agent's window comes along
    screen.resize(90, 20);
    screen.wait_for("the footer of the new size", |text| {
        let lines: Vec<&str> = text.lines().collect();
        lines.len() == 20 && lines[19].contains("help")
    });
    // suspending leads to no shell: there is none
    screen.press("\u{1a}");
    screen.press("?");
    screen.wait("Keys:");
    screen.press("?");
    assert!(screen.leave_desk().success());
    assert!(!screen.has_terminal());
    returned(&world, case).await;
}

/// Whatever the client asks for, it gets the console: no command, no shell, no files, no tunnels.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_the_console_is_reached() {
    let Some(program) = sshd() else {
        return;
    };
    let world = World::new().await;
    let server = Server::start(&program, &world.db.url("anna"));
    for command in [&["id"][..], &["/bin/sh", "-i"], &["sh", "-c", "id; id"]] {
        let out = server.run("ssh", &[], command);
        let said = String::from_utf8_lossy(&out.stdout).into_owned();
        assert!(!said.contains("uid="), "{said}");
        // the console says that it needs a terminal
        assert_eq!(out.status.code(), Some(2), "{out:?}");
    }
    let mut screen = server.screen(&["/bin/sh"]);
    screen.wait("loket");
    screen.press("id\r");
    screen.wait_for("the desk", |text| text.contains("help"));
    assert!(!screen.text().contains("uid="));
    screen.press("\u{3}");
    screen.ended();
    let files = server.run("sftp", &["-b", "/dev/null"], &[]);
    assert!(!files.status.success(), "{files:?}");
    let target = format!("127.0.0.1:{}", server.port);
    let tunnel = server.run("ssh", &["-W", &target], &[]);
    assert!(!tunnel.status.success(), "{tunnel:?}");
    assert!(tunnel.stdout.is_empty(), "{tunnel:?}");
}

/// The client dies, or falls silent: the console ends and its case is free again.
#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_cut_gives_the_case_back() {
    let Some(program) = sshd() else {
        return;
    };
    let world = World::new().await;
    let case = world.signal(1).await;
    let server = Server::start(&program, &world.db.url("anna"));
    for signal in [Signal::SIGKILL, Signal::SIGSTOP] {
        let mut screen = server.screen(&[]);
        screen.wait("contact the party");
        screen.press("n");
        screen.wait("you hold this case");
        screen.signal(signal);
        returned(&world, case).await;
    }
}
