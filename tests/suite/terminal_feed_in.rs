//! A meter that counts what is fed in, on the telephone and in Dutch: the real program on a real
//! terminal and in a pipe, a real PostgreSQL, a worker that asks the registers, sends the orders and
//! hears of them.

use std::path::{Path, PathBuf};

use loket::exchange::http::Settings;
use loket::exchange::sources::CodeBook;
use loket::exchange::worker::outside::Outside;
use loket::exchange::worker::{Options, Worker};
use loket::store::rows::CaseId;
use loket::text::Texts;
use serde_json::{Value as Json, json};

use crate::exchange_world::{folder, options};
use crate::support::keys::ENTER;
use crate::support::screen::Screen;
use crate::support::shell::Shell;
use crate::support::world::World;
use crate::terminal_request::metering;
use crate::wired_feed_in::book;

/// Before the review.
const REVIEW: &str = "\u{13}";
const SIZE: (u16, u16) = (80, 24);
const TAB: &str = "\t";

/// An agent in a window of 80 by 24 who counts keys.
struct Fingers {
    screen: Screen,
    keys: usize,
}

impl Fingers {
    fn sit_down(world: &World) -> Self {
        Self::sit_down_with(world, &[])
    }

    /// … with these settings.
    fn sit_down_with(world: &World, env: &[(&str, &str)]) -> Self {
        let url = world.db.url("anna");
        let own = [("DATABASE_URL", url.as_str()), ("LOKET_LANG", "nl")];
        let env = [&own[..], env].concat();
        let screen = Screen::start(&["console"], &env, SIZE);
        Self { screen, keys: 0 }
    }

    /// Presses when the screen says that.
    fn press(&mut self, seen: &str, keys: &[&str]) {
        self.screen.wait(seen);
        for key in keys {
            self.keys += key.chars().count();
            self.screen.press(key);
        }
    }

    /// The review is asked for, and what it says is written.
    fn write(&mut self) {
        self.press("stap 1 van 2", &[REVIEW]);
        self.press("stap 2 van 2", &[ENTER]);
        // the review says already what the case will be
        let is_over = |shown: &str| !shown.contains("stap 2 van 2");
        self.screen.wait_for("the end of the review", is_over);
    }

    /// From the opening to the check: customer, contact details, address, meter, installation.
    fn up_to_check(&mut self, customer: &str, meter: &str) {
        self.up_to_meter(customer, meter);
        self.press("Installatie invullen", &[]);
        self.press(
            "Soort opwekking",
            &["1", TAB, "3600", TAB, "3,68", TAB, "2026-06-20"],
        );
        self.write();
        self.press("geschiktheid wordt gecontroleerd", &[]);
    }

    /// … to the chosen meter.
    fn up_to_meter(&mut self, customer: &str, meter: &str) {
        self.press("live", &["o"]);
        self.press("Teruglevermeter", &["2"]);
        self.press("stap 1 van 2", &[customer]);
        self.press("Wat er gebeurt", &[]);
        self.write();
        self.press("Contactgegevens kloppen", &["1"]);
        self.write();
        self.press("Adres zoeken", &[]);
        self.press(meter, &[]);
        self.write();
        self.press("Meter kiezen", &[]);
        self.press("(*) E", &[]);
        self.write();
    }
}

/// The worker of the walk, and where it leaves and finds files.
struct House {
    worker: Worker,
    folder: PathBuf,
}

impl House {
    async fn open(world: &World, name: &str) -> Self {
        Self::open_with(world, name, None).await
    }

    /// … with a code book.
    async fn open_with(world: &World, name: &str, code_book: Option<CodeBook>) -> Self {
        let folder = folder(name);
        let options = Options {
            outside: Outside {
                code_book,
                ..Outside::practice(&folder.join("payments"), &folder.join("incoming"))
            },
            ..options(&folder.join("out"))
        };
        let worker = Worker::open(world.db.store("worker_1"), options);
        Self {
            worker: worker.await.unwrap(),
            folder,
        }
    }

    async fn works(&self) {
        for _ in 0..2 {
            self.worker.once().await.unwrap();
        }
    }

    fn told(&self, case_no: &str, kind: &str, status: &str) {
        let told = json!({"case_no": case_no, "kind": kind, "reference": "WO-1", "status": status,
            "at": "2026-06-02T12:00:00+02:00"});
        let incoming = self.folder.join("incoming");
        std::fs::create_dir_all(&incoming).unwrap();
        let name = format!("{kind}-{status}.json");
        std::fs::write(incoming.join(name), told.to_string()).unwrap();
    }

    fn sent(&self, kind: &str) -> Vec<Json> {
        sent(&self.folder.join("out"), kind)
    }
}

/// Messages of that kind that left.
fn sent(folder: &Path, kind: &str) -> Vec<Json> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let files = entries.map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
    let all = files.filter_map(|file| serde_json::from_slice::<Json>(&file).ok());
    all.filter(|message| message["kind"] == kind).collect()
}

async fn state(world: &World) -> (String, String) {
    let row = world.admin.rows(&[CaseId(1)]).await.unwrap().remove(0);
    (row.case_no, row.state)
}

/// TLM-01…11: a customer who feeds in is on the telephone; the meter suits, and the request ends with
/// the data of the installation. Keys that were pressed: 2 to open, 11 for the customer (9 of them a
/// reference), 3 for the contact details, 2 for the address, 2 for the meter, 24 for the installation (18 of
/// them figures): 44 in all.
#[tokio::test(flavor = "multi_thread")]
async fn tlm_11_a_suitable_meter_takes_44_keys() {
    let world = metering(1).await;
    let house = House::open(&world, "walk-suits").await;
    let mut anna = Fingers::sit_down(&world);
    // the second connection has a smart meter, which suits
    anna.up_to_check("NL0000005", "E000000005");
    house.works().await;
    anna.press("gesloten: meter is geschikt", &[]);
    assert_eq!(anna.keys, 44);
    assert_eq!(house.sent("installation_data").len(), 1);
    assert!(anna.screen.leave_desk().success());
    Shell::of(&world.db.url("admin_1")).ok("db verify");
}

/// TLM-17, PRIO-27: the registers have the meter as ours and as one that suits; the code book has it on
/// another grid. A console without the code book cannot know: the worker's check ends the request, and
/// the pane says where the customer finds the operator. A console that asks it says so before
/// anything is filled in. Fails where the check heeds the registers alone.
#[tokio::test(flavor = "multi_thread")]
async fn tlm_17_another_grid_is_found_in_the_chooser_or_by_the_check() {
    let world = metering(1).await;
    let server = book(5);
    let asked = CodeBook::new(Settings::at(&server.base));
    let house = House::open_with(&world, "walk-elsewhere", Some(asked)).await;
    let mut anna = Fingers::sit_down(&world);
    anna.up_to_check("NL0000005", "E000000005");
    house.works().await;
    anna.press("gesloten: andere netbeheerder", &[]);
    assert_eq!(house.sent("installation_data").len(), 1, "TLM-03");
    assert_eq!(house.sent("tlm_ended_not_our_grid").len(), 1);
    assert!(anna.screen.leave_desk().success());

    let env = [("LOKET_SOURCES_CODE_BOOK_URL", server.base.as_str())];
    let mut anna = Fingers::sit_down_with(&world, &env);
    anna.up_to_meter("NL0000005", "E000000005");
    anna.press("gesloten: andere netbeheerder", &[]);
    house.works().await;
    assert_eq!(house.sent("tlm_ended_not_our_grid").len(), 2);
    assert_eq!(
        house.sent("installation_data").len(),
        1,
        "nothing was entered"
    );
    let rows = world.admin.rows(&[CaseId(1), CaseId(2)]).await.unwrap();
    let states: Vec<&str> = rows.iter().map(|row| row.state.as_str()).collect();
    assert_eq!(states, ["ended_not_our_grid"; 2]);
    assert!(anna.screen.leave_desk().success());
    Shell::of(&world.db.url("admin_1")).ok("db verify");
}

/// TLM-12…15: the meter does not suit and is exchanged free of charge: planned, ordered, done.
/// 12 keys more: 4 for the flavour, which stands in a list beside the refusal, 8 for the time and what was
/// agreed.
#[tokio::test(flavor = "multi_thread")]
async fn tlm_12_an_exchange_takes_56_keys() {
    let world = metering(1).await;
    let house = House::open(&world, "walk-exchange").await;
    let mut anna = Fingers::sit_down(&world);
    anna.up_to_check("NL0000001", "E000000001");
    house.works().await;
    anna.press("Uitleeswijze kiezen", &["1"]);
    anna.press("stap 1 van 2", &["1"]);
    anna.write();
    anna.press("[09:00]", &[TAB, "prima"]);
    anna.press("prima", &[]);
    anna.write();
    anna.press("bevestigd, opdracht verstuurd", &[]);
    assert_eq!(anna.keys, 56);
    house.works().await;
    let order = house.sent("order_gsa").remove(0);
    assert_eq!(order["command"]["flavour"], "conventional");
    assert_eq!(house.sent("installation_data").len(), 1);
    let (case_no, _) = state(&world).await;
    house.told(&case_no, "order_domain", "created");
    house.told(&case_no, "order_gsa", "created");
    house.works().await;
    anna.press("bij de monteur", &[]);
    house.told(&case_no, "order_gsa", "done");
    house.works().await;
    anna.press("gesloten: meter geplaatst", &[]);
    assert_eq!(house.sent("installation_data").len(), 1, "TLM-03: once");
    assert!(anna.screen.leave_desk().success());
    Shell::of(&world.db.url("admin_1")).ok("db verify");
}

/// TLM-09, TLM-12: the same by lines, in which choices are numbers.
#[tokio::test(flavor = "multi_thread")]
async fn tlm_12_an_exchange_goes_by_lines() {
    let world = metering(1).await;
    let house = House::open(&world, "walk-lines").await;
    let texts = Texts::load("nl");
    let say = |key: &str| texts.say(key);
    let yes = say("plain.word.yes");
    let shell = Shell::of(&world.db.url("anna"));
    let run = |lines: &[&str]| {
        let said = shell.run_with("--plain --lang nl", &(lines.join("\n") + "\n"));
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
        said.out
    };
    let open = say("command.open");
    let customer = [&open, "2", "NL0000001", &yes];
    let contact = ["1", "", "", "", "", &yes];
    let address = ["", "", "", &yes];
    let meter = ["", "", "", "", &yes];
    let installation = ["1", "3600", "3,68", "2026-06-20", "", &yes];
    let lines = [&customer[..], &contact, &address, &meter, &installation].concat();
    let said = run(&lines);
    assert_eq!(state(&world).await.1, "checking_suitability", "{said}");
    assert!(said.contains("Vermogen van de panelen"), "{said}");
    house.works().await;
    let (act, flavour) = (say("command.act"), say("action.tlm.flavour_chosen"));
    let said = run(&[&act, &flavour, "1", &yes, "2", "prima", ".", "", &yes]);
    assert_eq!(state(&world).await.1, "confirmed", "{said}");
    house.works().await;
    assert_eq!(house.sent("order_gsa").len(), 1);
    assert_eq!(house.sent("installation_data").len(), 1);
    Shell::of(&world.db.url("admin_1")).ok("db verify");
}
