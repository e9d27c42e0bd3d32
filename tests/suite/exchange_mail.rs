//! Mail by SMTP submission: what travels, what is refused, and what never happens.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use loket::exchange::outbox::letters::{Values, render};
use loket::exchange::outbox::settings::MailSettings;
use loket::exchange::outbox::smtp::Submission;
use loket::exchange::outbox::{Content, Delivery, Envelope, Outcome};
use loket::text::{LANGUAGES, Texts};
use serde_json::json;
use uuid::Uuid;

use crate::exchange_world::folder;
use crate::support::smtp::{Given, MailServer, Script};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A place with a password, a server, and its settings.
pub(crate) struct Post {
    place: PathBuf,
    pub(crate) server: MailServer,
    settings: MailSettings,
}

impl Drop for Post {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.place);
    }
}

impl Post {
    pub(crate) fn new(name: &str, script: Script) -> Self {
        let place = folder(&format!("mail-{name}"));
        let scheme = if script.implicit { "smtps" } else { "smtp" };
        let server = MailServer::start(&place, script);
        let password_file = place.join("password");
        write_private(&password_file, "wachtwoord-van-de-proef\n");
        let settings = MailSettings {
            server: format!("{scheme}://localhost:{}", server.port),
            from: "Netbeheerder Zuid <loket@zuid.example>".to_owned(),
            user: "loket".to_owned(),
            password_file,
            ca_file: server.certificate.clone(),
        };
        Self {
            place,
            server,
            settings,
        }
    }

    pub(crate) fn submission(&self) -> Submission {
        Submission::new(&self.settings, Texts::load("en")).unwrap()
    }

    async fn send(&self, envelope: &Envelope) -> Outcome {
        self.submission().deliver(envelope).await
    }

    fn only(&self) -> Given {
        let mut given = self.server.given();
        assert_eq!(given.len(), 1, "{given:?}");
        given.remove(0)
    }
}

fn write_private(path: &Path, content: &str) {
    std::fs::write(path, content).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

fn envelope(to: &[&str], subject: &str, body: &str) -> Envelope {
    let to = to.iter().map(|to| (*to).to_owned()).collect();
    Envelope {
        idem_key: Uuid::new_v4(),
        number: 1,
        case: "GT-2026-000123".to_owned(),
        kind: "request_proof".to_owned(),
        fence: 1,
        attempts: 1,
        created: at("2026-11-16T08:00:00Z"),
        content: Content::mail(to, "nl", subject.to_owned(), body.to_owned()),
    }
}

fn letter() -> Envelope {
    envelope(
        &["a@zon.example", "b@zon.example"],
        "Vraag om bewijs: GT-2026-000123",
        "Geachte heer Åsen,\n\nWij vragen u om bewijs – vóór vrijdag.\n.\n.. punten\nGroet",
    )
}

fn dead(outcome: Outcome) -> String {
    match outcome {
        Outcome::Dead(said) => said,
        other => panic!("{other:?}"),
    }
}

fn retry(outcome: Outcome) -> String {
    match outcome {
        Outcome::Retry(said) => said,
        other => panic!("{other:?}"),
    }
}

fn wait(outcome: Outcome) -> String {
    match outcome {
        Outcome::Wait(said) => said,
        other => panic!("{other:?}"),
    }
}

/// A letter arrives as it was written, by both ways of TLS, after our password and not before TLS.
#[tokio::test]
async fn a_letter_arrives_as_it_was_written() {
    for implicit in [false, true] {
        let script = Script {
            implicit,
            ..Script::default()
        };
        let post = Post::new(&format!("arrives-{implicit}"), script);
        let letter = letter();
        assert_eq!(post.send(&letter).await, Outcome::Sent);
        let given = post.only();
        assert_eq!(given.from, "loket@zuid.example");
        assert_eq!(given.to, ["a@zon.example", "b@zon.example"]);
        let header = |name: &str| given.header(name).unwrap_or_default();
        assert_eq!(
            header("Message-ID"),
            format!("<{}@zuid.example>", letter.idem_key)
        );
        assert_eq!(header("Date"), "Mon, 16 Nov 2026 08:00:00 +0000");
        assert_eq!(header("From"), "\"Netbeheerder Zuid\" <loket@zuid.example>");
        assert_eq!(header("To"), "a@zon.example, b@zon.example");
        assert_eq!(header("Subject"), "Vraag om bewijs: GT-2026-000123");
        assert_eq!(header("Content-Type"), "text/plain; charset=utf-8");
        assert_eq!(header("Content-Transfer-Encoding"), "quoted-printable");
        assert_eq!(header("Content-Language"), "nl");
        assert_eq!(header("Auto-Submitted"), "auto-generated");
        assert_eq!(header("MIME-Version"), "1.0");
        assert_eq!(given.header("Bcc"), None);
        assert!(given.data.is_ascii(), "nothing that needs eight bits");
        let Content::Mail { body, .. } = &letter.content else {
            panic!("a mail is a mail");
        };
        let text = given.text().replace("\r\n", "\n");
        assert_eq!(text.trim_end(), body.as_str());
        let open = post.server.open();
        assert!(
            !open.iter().any(|said| said.starts_with("AUTH")),
            "{open:?}"
        );
        let commands = post.server.commands();
        assert!(commands.iter().any(|said| said.starts_with("AUTH PLAIN")));
    }
}

/// Every template, in every language, comes out as it went in.
#[tokio::test]
async fn the_letters_of_all_languages_arrive() {
    let post = Post::new("languages", Script::default());
    let names = [
        "case", "reason", "group", "until", "source", "operator", "party", "ean",
    ];
    let mut sent = 0;
    for lang in LANGUAGES {
        let mut values: Values = names.map(|name| (name, "Ærøskøbing".to_owned())).into();
        let written = loop {
            use loket::exchange::outbox::letters::NoLetter;
            match render("supervisor_alert", lang, &values) {
                Ok(written) => break written,
                Err(NoLetter::Value(name)) => values.insert(Box::leak(name.into()), "å".into()),
                Err(NoLetter::Template) => panic!("{lang} has no template"),
            };
        };
        let mail = envelope(&["a@zon.example"], &written.subject, &written.body);
        assert_eq!(post.send(&mail).await, Outcome::Sent);
        sent += 1;
        let given = post.server.given();
        assert_eq!(given.len(), sent);
        let text = given[sent - 1].text().replace("\r\n", "\n");
        assert_eq!(text.trim_end(), written.body.trim_end(), "{lang}");
    }
}

/// Nothing that somebody typed becomes a header line or another recipient.
#[tokio::test]
async fn no_header_can_be_smuggled_in() {
    let post = Post::new("smuggle", Script::default());
    let subject = "Vraag\r\nBcc: spion@elders.example\r\n\r\nniets\u{202e}";
    let mail = envelope(
        &["a@zon.example"],
        subject,
        "\r\n.\r\nMAIL FROM:<x@y>\r\nBcc: x\u{0}",
    );
    assert_eq!(post.send(&mail).await, Outcome::Sent);
    let given = post.only();
    assert_eq!(given.header("Bcc"), None);
    assert_eq!(given.to, ["a@zon.example"]);
    let subject = given.header("Subject").unwrap();
    assert_eq!(subject, "Vraag Bcc: spion@elders.example  niets");
    let mails = post.server.commands();
    let mails = mails.iter().filter(|said| said.starts_with("MAIL")).count();
    assert_eq!(mails, 1, "what looks like the end of the mail is not one");

    for wrong in [
        "a@zon.example\r\nRCPT TO:<spion@elders.example>",
        "a@zon.example, spion@elders.example",
        "a@zon.example>",
        "Iemand <a@zon.example>",
        "geen adres",
        "",
    ] {
        let said = dead(
            post.send(&envelope(&["b@zon.example", wrong], "x", "y"))
                .await,
        );
        assert!(
            said.contains("address 2") && !said.contains("zon"),
            "{said}"
        );
    }
    dead(post.send(&envelope(&[], "x", "y")).await);
    let bad = Content::Mail {
        to: vec!["a@zon.example".to_owned()],
        language: "nl\r\nBcc: x@y.example".to_owned(),
        subject: String::new(),
        body: String::new(),
        rendering: String::new(),
    };
    let mail = Envelope {
        content: bad,
        ..letter()
    };
    dead(post.send(&mail).await);
    assert_eq!(post.server.given().len(), 1);
}

/// A long subject in letters of the language is folded and can be read again.
#[tokio::test]
async fn a_subject_in_any_letters_is_encoded() {
    let post = Post::new("subject", Script::default());
    let subject = "Bevestiging van uw aanvraag – één of méér vragen, Bjørn Ååsen ".repeat(4);
    let mail = envelope(&["a@zon.example", "A@zon.example"], subject.trim(), "x");
    assert_eq!(post.send(&mail).await, Outcome::Sent);
    let given = post.only();
    assert_eq!(given.to, ["a@zon.example"], "nobody gets it twice");
    assert!(given.header("Subject").unwrap().contains("=?utf-8?"));
    assert!(
        given.data.split("\r\n").all(|line| line.len() <= 78),
        "{}",
        given.data
    );
}

/// 5xx is final: for everybody, for one recipient, for the content.
#[tokio::test]
async fn what_is_refused_for_good_is_a_dead_letter() {
    let script = Script {
        answers: vec![("RCPT", "550 5.1.1 <a@zon.example> unknown", 2)],
        ..Script::default()
    };
    let post = Post::new("refused", script);
    let said = dead(post.send(&letter()).await);
    assert!(said.contains("550 5.1.1"), "{said}");
    assert!(!said.contains("zon"), "no address of a person: {said}");
    assert_eq!(post.server.given(), []);

    let script = Script {
        answers: vec![("CONTENT", "554 5.6.0 no", 1)],
        ..Script::default()
    };
    let post = Post::new("content", script);
    let said = dead(post.send(&letter()).await);
    assert!(said.contains("554 5.6.0"), "{said}");
}

/// GT-26: one contact whose mailbox is gone does not keep the letter from the others, and a person
/// is told.
#[tokio::test]
async fn gt_26_one_dead_mailbox_does_not_silence_the_others() {
    let script = Script {
        answers: vec![("RCPT TO:<a@zon.example>", "550 no", 9)],
        ..Script::default()
    };
    let post = Post::new("one-refused", script);
    let said = dead(post.send(&letter()).await);
    assert!(
        said.contains("1 of 2") && said.contains("number 1"),
        "{said}"
    );
    assert_eq!(post.only().to, ["b@zon.example"]);
}

/// 4xx passes: greylisting, a full queue, a server that goes. Nobody has it then, so that nobody gets
/// it twice.
#[tokio::test]
async fn what_is_refused_for_now_is_tried_again() {
    for (name, command, answer) in [
        ("grey", "RCPT TO:<b@zon.example>", "451 4.7.1 greylisted"),
        ("mail", "MAIL", "452 4.3.1 full"),
        ("data", "DATA", "451 later"),
        ("content4", "CONTENT", "451 4.3.0 later"),
        ("gone", "RCPT", "421 4.3.2 shutting down"),
        ("auth4", "AUTH", "454 4.7.0 later"),
    ] {
        let script = Script {
            answers: vec![(command, answer, 1)],
            ..Script::default()
        };
        let post = Post::new(name, script);
        let letter = letter();
        let said = retry(post.send(&letter).await);
        assert!(
            said.contains(&answer[..3]) && !said.contains("grey"),
            "{said}"
        );
        let early = post.server.given().len();
        assert_eq!(early, usize::from(command == "CONTENT"));
        assert_eq!(post.send(&letter).await, Outcome::Sent);
        assert_eq!(post.server.given().len(), early + 1);
        assert_eq!(post.server.given()[early].to.len(), 2);
    }
}

/// The connection breaks when the server has it and has not said so: the same message comes again,
/// to the letter, so that a mailbox knows it.
#[tokio::test]
async fn a_broken_connection_repeats_the_same_message() {
    let script = Script {
        drops: 1,
        ..Script::default()
    };
    let post = Post::new("drop", script);
    let letter = letter();
    retry(post.send(&letter).await);
    let later = Envelope {
        attempts: 2,
        fence: 2,
        ..letter
    };
    assert_eq!(post.send(&later).await, Outcome::Sent);
    let given = post.server.given();
    assert_eq!(given.len(), 2);
    assert_eq!(given[0], given[1]);
    assert!(given[0].header("Message-ID").is_some());
}

/// A server that says nothing more: what it said of the mail counts, and nothing else does. A letter
/// that was taken is never sent again because of how the server parted.
#[tokio::test]
async fn a_server_that_falls_silent_is_believed_in_what_it_said() {
    let patience = Duration::from_secs(3);
    for (at, is_taken) in [
        ("EHLO", false),
        ("AUTH", false),
        ("RCPT", false),
        ("CONTENT", false),
        ("QUIT", true),
    ] {
        let script = Script {
            hangs: Some(at),
            ..Script::default()
        };
        let post = Post::new(&format!("silent-{at}"), script);
        let submission = post.submission().with_patience(patience);
        let outcome = submission.deliver(&letter()).await;
        assert_eq!(outcome == Outcome::Sent, is_taken, "{at}: {outcome:?}");
        if !is_taken {
            retry(outcome);
        }
    }
}

/// Whoever is not the server by its certificate gets neither password nor letter.
#[tokio::test]
async fn a_wrong_certificate_gets_nothing() {
    for implicit in [false, true] {
        let stranger = Script {
            implicit,
            name: Some("elders.example"),
            ..Script::default()
        };
        let post = Post::new(&format!("name-{implicit}"), stranger);
        let said = wait(post.send(&letter()).await);
        assert!(said.contains("certificate"), "{said}");

        let script = Script {
            implicit,
            ..Script::default()
        };
        let mut post_2 = Post::new(&format!("authority-{implicit}"), script);
        // the authority of another server, and then only those of the machine
        for ca_file in [post.server.certificate.clone(), PathBuf::new()] {
            post_2.settings.ca_file = ca_file;
            let said = wait(post_2.send(&letter()).await);
            assert!(said.contains("certificate"), "{said}");
        }
        for server in [&post.server, &post_2.server] {
            assert_eq!(server.given(), []);
            let commands = server.commands();
            assert!(
                !commands.iter().any(|said| said.starts_with("AUTH")),
                "{commands:?}"
            );
        }
    }
}

/// A server that offers no TLS, or no longer, is given nothing.
#[tokio::test]
async fn without_tls_nothing_is_said() {
    let script = Script {
        plain: true,
        ..Script::default()
    };
    let post = Post::new("plain", script);
    let said = wait(post.send(&letter()).await);
    assert!(said.contains("TLS"), "{said}");
    let open = post.server.open();
    assert!(
        open.iter()
            .all(|said| said.starts_with("EHLO") || said == "QUIT"),
        "{open:?}"
    );
}

/// What people mend is waited for, however long: the password, its file, the sender.
#[tokio::test]
async fn what_people_mend_is_waited_for() {
    for (name, command, answer) in [
        ("auth", "AUTH", "535 5.7.8 no"),
        ("sender", "MAIL", "550 5.7.60 not yours"),
    ] {
        let script = Script {
            answers: vec![(command, answer, 1)],
            ..Script::default()
        };
        let post = Post::new(name, script);
        let said = wait(post.send(&letter()).await);
        assert!(
            said.contains(&answer[..3]) && !said.contains("wachtwoord"),
            "{said}"
        );
        assert_eq!(post.send(&letter()).await, Outcome::Sent);
    }

    let post = Post::new("password", Script::default());
    let file = &post.settings.password_file;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o644)).unwrap();
    wait(post.send(&letter()).await);
    std::fs::remove_file(file).unwrap();
    wait(post.send(&letter()).await);
    assert_eq!(post.server.given(), []);
    // a new password counts without a new start
    write_private(file, "nieuw");
    assert_eq!(post.send(&letter()).await, Outcome::Sent);
}

/// Nobody at the other end, or somebody who speaks another language.
#[tokio::test]
async fn a_server_that_is_away_passes() {
    let mut post = Post::new("away", Script::default());
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    post.settings.server = format!("smtp://localhost:{}", address.port());
    let other = std::thread::spawn(move || {
        use std::io::Write as _;
        let (mut stream, _) = listener.accept().unwrap();
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .unwrap();
    });
    retry(post.send(&letter()).await);
    other.join().unwrap();
    retry(post.send(&letter()).await);
}

/// Letters of all languages in an address: only where the server takes them.
#[tokio::test]
async fn an_address_in_other_letters_needs_a_server_that_takes_them() {
    let mail = envelope(&["bjørn@zon.example"], "x", "y");
    dead(Post::new("ascii", Script::default()).send(&mail).await);
    let script = Script {
        utf8: true,
        ..Script::default()
    };
    let post = Post::new("utf8", script);
    assert_eq!(post.send(&mail).await, Outcome::Sent);
    assert_eq!(post.only().to, ["bjørn@zon.example"]);
}

/// Only mails go to the mail server; what else leaves goes as before.
#[tokio::test]
async fn only_mails_go_by_mail() {
    let post = Post::new("only", Script::default());
    let out = post.place.join("out");
    let delivery = Delivery::Directory(out.clone()).with_mail(post.submission());
    assert_eq!(delivery.deliver(letter()).await, Outcome::Sent);
    assert!(!out.exists());
    let command = Envelope {
        content: Content::Command {
            to: vec!["p4".to_owned()],
            command: json!({"command": "block"}),
        },
        ..letter()
    };
    assert_eq!(delivery.deliver(command.clone()).await, Outcome::Sent);
    assert_eq!(std::fs::read_dir(&out).unwrap().count(), 1);
    assert_eq!(post.server.given().len(), 1);
    dead(post.send(&command).await);
}

/// Settings that cannot work are said when the worker starts.
#[test]
fn wrong_settings_are_named() {
    let good = MailSettings {
        server: "smtp://mail.example".to_owned(),
        from: "loket@zuid.example".to_owned(),
        ..MailSettings::default()
    };
    let key = |settings: MailSettings| {
        let error = Submission::new(&settings, Texts::load("nl")).unwrap_err();
        for lang in LANGUAGES {
            let words = Texts::load(lang).fill(error.key, &error.args());
            assert!(
                !words.contains('{') && words != error.key,
                "{lang}: {words}"
            );
        }
        error.key
    };
    let with = |change: &dyn Fn(&mut MailSettings)| {
        let mut settings = good.clone();
        change(&mut settings);
        key(settings)
    };
    assert_eq!(
        with(&|mail| mail.server = "mail.example".into()),
        "mail.server"
    );
    assert_eq!(with(&|mail| mail.from = "loket".into()), "mail.from");
    assert_eq!(with(&|mail| mail.from = String::new()), "mail.from");
    assert_eq!(
        with(&|mail| mail.ca_file = "/nonexistent".into()),
        "mail.ca_file"
    );
    assert_eq!(
        with(&|mail| mail.ca_file = "/dev/null".into()),
        "mail.ca_file"
    );
    assert!(Submission::new(&good, Texts::load("nl")).is_ok());
}
