//! A small mail server of a test: speaks SMTP submission with STARTTLS or TLS from the first byte,
//! keeps what it is given, and misbehaves as it is told.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What is to go wrong.
#[derive(Debug, Clone, Default)]
pub(crate) struct Script {
    /// Answers instead of the usual ones, by the beginning of the command, so many times.
    pub(crate) answers: Vec<(&'static str, &'static str, usize)>,
    /// So many messages are taken, and the connection dropped without a word.
    pub(crate) drops: usize,
    /// Says nothing more from this on, and keeps the line: a command, or `CONTENT` for the mail.
    pub(crate) hangs: Option<&'static str>,
    /// TLS from the first byte.
    pub(crate) implicit: bool,
    /// No TLS is offered.
    pub(crate) plain: bool,
    /// The name in the certificate instead of the right one.
    pub(crate) name: Option<&'static str>,
    /// Addresses with letters of all languages are taken.
    pub(crate) utf8: bool,
}

/// A message as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Given {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) data: String,
}

impl Given {
    /// A header line, unfolded.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let head = self.data.split_once("\r\n\r\n").unwrap().0;
        let head = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        let mut lines = head.split("\r\n").filter_map(|line| line.split_once(": "));
        let found = lines.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.to_owned())
    }

    /// The text as people read it.
    pub(crate) fn text(&self) -> String {
        let body = self.data.split_once("\r\n\r\n").unwrap().1;
        let body = body.replace("=\r\n", "");
        let mut bytes = Vec::new();
        let mut rest = body.bytes();
        while let Some(byte) = rest.next() {
            if byte == b'=' {
                let hex = [rest.next().unwrap(), rest.next().unwrap()];
                let hex = String::from_utf8(hex.to_vec()).unwrap();
                bytes.push(u8::from_str_radix(&hex, 16).unwrap());
            } else {
                bytes.push(byte);
            }
        }
        String::from_utf8(bytes).unwrap()
    }
}

#[derive(Debug, Default)]
struct Seen {
    given: Vec<Given>,
    commands: Vec<String>,
    /// What came before TLS began.
    open: Vec<String>,
}

/// A server on a port of its own, with a certificate made for it.
#[derive(Debug)]
pub(crate) struct MailServer {
    pub(crate) port: u16,
    pub(crate) certificate: PathBuf,
    seen: Arc<Mutex<Seen>>,
}

impl MailServer {
    /// `folder` takes the certificate.
    pub(crate) fn start(folder: &Path, script: Script) -> Self {
        let name = script.name.unwrap_or("localhost");
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let signed = params.self_signed(&key).unwrap();
        let certificate = folder.join("ca.pem");
        std::fs::write(&certificate, signed.pem()).unwrap();
        let tls = config(signed.der().clone(), &key);

        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let session = Session {
            script: Arc::new(Mutex::new(script)),
            seen: Arc::clone(&seen),
            tls: Arc::new(tls),
        };
        thread::spawn(move || {
            for stream in listener.incoming() {
                // whatever goes wrong with one caller, the next one is heard
                let _ = session.hear(stream.unwrap());
            }
        });
        Self {
            port,
            certificate,
            seen,
        }
    }

    pub(crate) fn given(&self) -> Vec<Given> {
        self.seen.lock().unwrap().given.clone()
    }

    pub(crate) fn commands(&self) -> Vec<String> {
        self.seen.lock().unwrap().commands.clone()
    }

    /// What was said before TLS.
    pub(crate) fn open(&self) -> Vec<String> {
        self.seen.lock().unwrap().open.clone()
    }
}

fn config(certificate: rustls::pki_types::CertificateDer<'static>, key: &KeyPair) -> ServerConfig {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap()
}

struct Session {
    script: Arc<Mutex<Script>>,
    seen: Arc<Mutex<Seen>>,
    tls: Arc<ServerConfig>,
}

/// What a line of dialogue leads to.
enum Next {
    On,
    Tls,
    End,
}

impl Session {
    fn hear(&self, stream: TcpStream) -> io::Result<()> {
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let (is_implicit, is_plain) = {
            let script = self.script.lock().unwrap();
            (script.implicit, script.plain)
        };
        if is_implicit {
            return self.encrypted(stream, true);
        }
        let mut line = BufReader::new(stream);
        line.get_mut().write_all(b"220 localhost\r\n")?;
        let mut mail = BTreeMap::new();
        loop {
            let Some(said) = read(&mut line)? else {
                return Ok(());
            };
            self.seen.lock().unwrap().open.push(said.clone());
            match self.answer(&said, &mut line, !is_plain, &mut mail)? {
                Next::On => {}
                Next::Tls => return self.encrypted(line.into_inner(), false),
                Next::End => return Ok(()),
            }
        }
    }

    fn encrypted(&self, stream: TcpStream, greets: bool) -> io::Result<()> {
        let tls = ServerConnection::new(Arc::clone(&self.tls)).map_err(io::Error::other)?;
        let mut line = BufReader::new(StreamOwned::new(tls, stream));
        if greets {
            line.get_mut().write_all(b"220 localhost\r\n")?;
        }
        let mut mail = BTreeMap::new();
        while let Some(said) = read(&mut line)? {
            match self.answer(&said, &mut line, false, &mut mail)? {
                Next::On => {}
                Next::Tls | Next::End => break,
            }
        }
        line.get_mut().flush()
    }

    /// Whether nothing more is said; holds the line until the other side gives it up.
    fn hangs<S: Read + Write>(&self, said: &str, line: &mut BufReader<S>) -> bool {
        let hangs = self.script.lock().unwrap().hangs;
        if hangs.is_none_or(|at| !said.starts_with(at)) {
            return false;
        }
        let mut rest = Vec::new();
        let _ = line.read_to_end(&mut rest);
        true
    }

    /// An answer that the script wants instead, if it does.
    fn scripted(&self, said: &str) -> Option<&'static str> {
        let mut script = self.script.lock().unwrap();
        let mut answers = script.answers.iter_mut();
        let (_, answer, left) = answers.find(|(to, _, left)| said.starts_with(*to) && *left > 0)?;
        *left -= 1;
        Some(*answer)
    }

    fn answer<S: Read + Write>(
        &self,
        said: &str,
        line: &mut BufReader<S>,
        offers_tls: bool,
        mail: &mut BTreeMap<&'static str, Vec<String>>,
    ) -> io::Result<Next> {
        self.seen.lock().unwrap().commands.push(said.to_owned());
        if self.hangs(said, line) {
            return Ok(Next::End);
        }
        if let Some(answer) = self.scripted(said) {
            line.get_mut()
                .write_all(format!("{answer}\r\n").as_bytes())?;
            return Ok(if answer.starts_with("421") {
                Next::End
            } else {
                Next::On
            });
        }
        let word = said.split([' ', ':']).next().unwrap_or_default();
        let address = || said.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
        let answer = match word {
            "EHLO" if offers_tls => "250-localhost\r\n250 STARTTLS".to_owned(),
            "EHLO" => {
                let utf8 = self.script.lock().unwrap().utf8;
                let more = if utf8 { "250-SMTPUTF8\r\n" } else { "" };
                format!("250-localhost\r\n{more}250 AUTH PLAIN LOGIN")
            }
            "STARTTLS" if offers_tls => {
                line.get_mut().write_all(b"220 go on\r\n")?;
                return Ok(Next::Tls);
            }
            "AUTH" => "235 welcome".to_owned(),
            "MAIL" => {
                mail.clear();
                mail.insert("from", vec![address()]);
                "250 ok".to_owned()
            }
            "RCPT" => {
                mail.entry("to").or_default().push(address());
                "250 ok".to_owned()
            }
            "DATA" => return self.data(line, mail),
            "QUIT" => {
                line.get_mut().write_all(b"221 bye\r\n")?;
                return Ok(Next::End);
            }
            _ => "502 unknown".to_owned(),
        };
        line.get_mut()
            .write_all(format!("{answer}\r\n").as_bytes())?;
        Ok(Next::On)
    }

    fn data<S: Read + Write>(
        &self,
        line: &mut BufReader<S>,
        mail: &BTreeMap<&'static str, Vec<String>>,
    ) -> io::Result<Next> {
        line.get_mut().write_all(b"354 go on\r\n")?;
        let mut data = String::new();
        while let Some(said) = read(line)? {
            if said == "." {
                break;
            }
            data.push_str(said.strip_prefix('.').unwrap_or(&said));
            data.push_str("\r\n");
        }
        let all = |key| mail.get(key).cloned().unwrap_or_default();
        self.seen.lock().unwrap().given.push(Given {
            from: all("from").concat(),
            to: all("to"),
            data,
        });
        let drops = {
            let mut script = self.script.lock().unwrap();
            let drops = script.drops > 0;
            script.drops = script.drops.saturating_sub(1);
            drops
        };
        if drops {
            return Ok(Next::End);
        }
        if self.hangs("CONTENT", line) {
            return Ok(Next::End);
        }
        let answer = self.scripted("CONTENT").unwrap_or("250 taken");
        line.get_mut()
            .write_all(format!("{answer}\r\n").as_bytes())?;
        Ok(Next::On)
    }
}

/// A line without its end; `None` when nobody is there any more.
fn read<S: Read>(line: &mut BufReader<S>) -> io::Result<Option<String>> {
    let mut said = String::new();
    let count = line.read_line(&mut said)?;
    Ok((count > 0).then(|| said.trim_end_matches(['\r', '\n']).to_owned()))
}
