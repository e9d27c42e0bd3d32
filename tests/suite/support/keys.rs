//! A person at the keyboard of the real program: reads the words on the screen, presses keys, and
//! looks into the database afterwards. Lines are found by their words and chosen by the number in
//! front of them, so that another order of actions, fields or choices changes no test.

mod beside;
mod words;

use loket::store::rows::CaseId;
use loket::text::Texts;

use self::words::{
    block, flat, here, is_back, is_choice, is_form, line_of, names, options, possible,
};
use super::screen::Screen;
use super::world::World;

pub(crate) const ENTER: &str = "\r";
pub(crate) const ESC: &str = "\u{1b}";
const TAB: &str = "\t";
const SHIFT_TAB: &str = "\u{1b}[Z";
const REVIEW: &str = "\u{13}";
/// To the start of the line, then delete to its end.
const CLEAR: &str = "\u{1}\u{b}";
/// List and detail beside each other, and room for every form.
const SIZE: (u16, u16) = (149, 50);
/// A Tuesday morning without a holiday near.
const MORNING: &str = "2026-06-02T10:00:30+02:00";

/// A small office on its own database, at ten on a Tuesday morning.
pub(crate) async fn office() -> World {
    let world = World::new().await;
    let morning = MORNING.parse().unwrap();
    world.admin.clock_set(morning).await.unwrap();
    world
}

/// Somebody at the keyboard.
pub(crate) struct Walker<'a> {
    pub(crate) screen: Screen,
    pub(crate) world: &'a World,
    texts: Texts,
    /// The case that is on the screen.
    pub(crate) case: CaseId,
    case_no: String,
}

impl<'a> Walker<'a> {
    /// The console of that agent, connected.
    pub(crate) fn sit_down(world: &'a World, role: &str) -> Self {
        Self::sit_down_with(world, role, &[])
    }

    /// … with these settings.
    pub(crate) fn sit_down_with(world: &'a World, role: &str, env: &[(&str, &str)]) -> Self {
        let url = world.db.url(role);
        let env = [&[("DATABASE_URL", url.as_str())], env].concat();
        let screen = Screen::start(&["console"], &env, SIZE);
        screen.wait_for("a live line", |text| {
            text.lines().next().is_some_and(|top| top.contains("live"))
        });
        Self {
            screen,
            world,
            texts: Texts::load("en"),
            case: CaseId(0),
            case_no: String::new(),
        }
    }

    /// `n`: the most urgent case.
    pub(crate) async fn take_next(&mut self) -> CaseId {
        self.screen.press("n");
        self.screen.wait("is yours.");
        let no = self.number_before(" is yours.");
        self.look_at(no).await;
        self.screen.wait("you hold this case");
        self.case
    }

    /// `/`: the case of that number.
    pub(crate) async fn find(&mut self, case: CaseId) {
        let no = self.world.admin.rows(&[case]).await.unwrap()[0]
            .case_no
            .clone();
        self.search(&no, "case number", &no);
        self.look_at(no).await;
    }

    /// `/`: types that, takes the first hit, which must be of that case and for that reason.
    pub(crate) fn search(&mut self, text: &str, how: &str, case_no: &str) {
        self.screen.press("/");
        self.screen.wait_for("the search", |shown| {
            shown
                .lines()
                .any(|line| line.trim_start().starts_with("search"))
        });
        self.screen.press(text);
        let hit = |line: &str| line.trim_start().starts_with(how) && line.contains(case_no);
        self.screen
            .wait_for(&format!("{case_no} by {how}"), |shown| {
                shown.lines().any(hit)
            });
        self.screen.press(ENTER);
        let title = format!("{case_no}   ");
        self.screen.wait_for("the case that was found", |shown| {
            shown.contains(&title) && !shown.lines().any(hit)
        });
    }

    /// Waits until the case of that number is on the screen as it is in the database.
    async fn look_at(&mut self, no: String) {
        let found = self.world.admin.case_by_number(&no).await.unwrap();
        self.case = found.unwrap_or_else(|| panic!("there is no {no}"));
        self.case_no = no;
        self.settle().await;
    }

    /// Waits until the screen shows the state that the case has in the database.
    pub(crate) async fn settle(&self) {
        let row = self.row().await;
        let process = self.texts.say(&format!("process.{}", row.process));
        let state = self
            .texts
            .say(&format!("state.{}.{}", row.process, row.state));
        self.screen
            .wait(&format!("{}   {process}   {state}", row.case_no));
    }

    /// `o`: opens a case; gives it, and what was said.
    pub(crate) async fn open(&mut self, process: &str, fields: &[(&str, &str)]) -> String {
        let said = [" is opened.", "the signal was added to "];
        let told = |shown: &str| {
            let mut lines = shown.lines();
            let line = lines.find(|line| said.iter().any(|said| line.contains(said)));
            line.map(|line| line.trim().to_owned())
        };
        let before = told(&self.screen.text());
        self.screen.press("o");
        self.screen.wait("Open a new case");
        self.choose_line(process);
        self.fill(fields);
        self.review();
        // what was said of the case before may still stand there
        let is_new = |shown: &str| told(shown).is_some_and(|line| Some(&line) != before.as_ref());
        self.write(is_new);
        let line = told(&self.screen.text()).unwrap();
        let no = line
            .split([' ', '.'])
            .find(|word| {
                word.len() > 6 && word[2..].chars().all(|c| c.is_ascii_digit() || c == '-')
            })
            .unwrap_or_else(|| panic!("no number in {line:?}"));
        self.look_at(no.to_owned()).await;
        line
    }

    /// Does the action of that name with those answers and waits until it is told done.
    pub(crate) async fn act(&mut self, action: &str, fields: &[(&str, &str)]) {
        self.begin(action).await;
        self.fill(fields);
        self.finish(action);
        self.settle().await;
    }

    /// Opens the form of the action of that name.
    pub(crate) async fn begin(&mut self, action: &str) {
        self.begin_with("a", action).await;
    }

    /// … from the list that this key opens.
    pub(crate) async fn begin_with(&mut self, key: &str, action: &str) {
        self.settle().await;
        self.screen.press(key);
        self.screen
            .wait(&format!("{}   what can be done", self.case_no));
        self.choose_line(action);
        self.screen.wait(&format!("{}   {action}", self.case_no));
    }

    /// Review and write the form of that action.
    pub(crate) fn finish(&mut self, action: &str) {
        self.review();
        let said = format!("{}: {action}. Now: ", self.case_no);
        self.write(|shown| shown.contains(&said));
    }

    /// Why the action is not possible now, as the list of actions says it.
    pub(crate) async fn refused(&mut self, action: &str, why: &str) {
        self.settle().await;
        self.screen.press("a");
        self.screen.wait_for(&format!("{action}: {why}"), |shown| {
            let refused = shown.split_once("not possible now").map(|(_, rest)| rest);
            refused.is_some_and(|rest| {
                let mut lines = rest.lines().skip_while(|line| !names(line, action));
                lines.next().is_some()
                    && lines
                        .take(3)
                        .map(str::trim)
                        .collect::<Vec<_>>()
                        .join(" ")
                        .contains(why)
            })
        });
        self.leave("what can be done");
    }

    /// Fills the form that this key opens, writes it and waits until that is said of the case.
    pub(crate) async fn form(&mut self, key: &str, fields: &[(&str, &str)], said: &str) {
        self.settle().await;
        self.screen.press(key);
        self.screen.wait("step 1 of 2");
        self.fill(fields);
        self.review();
        let said = format!("{}{said}", self.case_no);
        self.write(|shown| shown.contains(&said));
        self.settle().await;
    }

    /// `f`: attaches that file to the case for that purpose.
    pub(crate) async fn attach(&mut self, path: &str, purpose: &str) {
        let fields = [("file", path), ("why it is kept", purpose)];
        self.form("f", &fields, ": the document is attached.").await;
    }

    /// One step back, until those words are gone.
    pub(crate) fn leave(&mut self, words: &str) {
        self.screen.press(ESC);
        self.screen
            .wait_for(&format!("no {words}"), |shown| !shown.contains(words));
    }

    /// Chooses the possible line with those words: by the number in front of it, or below nine by
    /// going down to it.
    pub(crate) fn choose_line(&mut self, words: &str) {
        self.screen.wait_for(&format!("the line {words}"), |shown| {
            possible(shown).any(|line| names(line, words))
        });
        let shown = self.screen.text();
        let place = possible(&shown)
            .position(|line| names(line, words))
            .unwrap();
        let line = possible(&shown).nth(place).unwrap();
        let keys = match line.trim_start().chars().next() {
            Some(digit) if digit.is_ascii_digit() => digit.to_string(),
            _ => format!("{}{ENTER}", "j".repeat(place)),
        };
        self.screen.press(&keys);
        self.screen.wait("step 1 of 2");
    }

    /// Fills the fields of those names.
    pub(crate) fn fill(&mut self, fields: &[(&str, &str)]) {
        for (label, answer) in fields {
            self.go_to(label);
            if block(&self.screen.text(), label).is_some_and(|block| is_choice(&block)) {
                self.choose(label, answer);
            } else {
                self.type_in(label, answer);
            }
        }
    }

    /// Moves to the field of that name: up when it stands above, else down.
    pub(crate) fn go_to(&mut self, label: &str) {
        self.screen
            .wait_for("a field", |shown| here(shown).is_some());
        loop {
            let shown = self.screen.text();
            let now = here(&shown).unwrap();
            if now == label {
                return;
            }
            let above = line_of(&shown, label).is_some_and(|at| Some(at) < line_of(&shown, &now));
            self.screen.press(if above { SHIFT_TAB } else { TAB });
            self.screen
                .wait_for(&format!("the field {label}"), |shown| {
                    here(shown).is_some_and(|field| field != now)
                });
        }
    }

    fn choose(&mut self, label: &str, answer: &str) {
        let place = |shown: &str| {
            let options = options(&block(shown, label)?);
            options
                .iter()
                .position(|(_, said)| said.starts_with(answer))
        };
        self.screen
            .wait_for(&format!("{label}: {answer}"), |shown| {
                place(shown).is_some()
            });
        let number = place(&self.screen.text()).unwrap() + 1;
        self.screen.press(&number.to_string());
        self.screen
            .wait_for(&format!("{label}: {answer} chosen"), |shown| {
                let block = block(shown, label).unwrap_or_default();
                let is_it =
                    |(is_chosen, said): &(bool, String)| *is_chosen && said.starts_with(answer);
                options(&block).iter().any(is_it)
            });
    }

    fn type_in(&mut self, label: &str, answer: &str) {
        self.screen.press(CLEAR);
        self.screen.press(answer);
        let last = answer.rsplit([' ', '/']).next().unwrap();
        self.screen
            .wait_for(&format!("{label}: {answer}"), |shown| {
                block(shown, label).is_some_and(|block| block.contains(last))
            });
    }

    /// To the review, which must have nothing against it.
    pub(crate) fn review(&mut self) {
        self.screen.press(REVIEW);
        self.screen.wait("step 2 of 2");
    }

    /// Writes what is reviewed until that is said. When the case changed meanwhile, the form is
    /// back at its first step: it is reviewed and written once more.
    pub(crate) fn write(&mut self, is_done: impl Fn(&str) -> bool) {
        let is_over = |shown: &str| is_done(shown) && !is_form(shown);
        loop {
            self.screen.press(ENTER);
            self.screen.wait_for("that it is written", |shown| {
                is_over(shown) || is_back(shown)
            });
            if is_over(&self.screen.text()) {
                return;
            }
            self.review();
        }
    }

    /// The review refuses, with those words at a field or below the form; the form is left.
    pub(crate) fn refused_at_review(&mut self, words: &str) {
        self.screen.press(REVIEW);
        self.screen
            .wait_for(words, |shown| flat(shown).contains(words));
        assert!(!self.screen.text().contains("step 2 of 2"));
        self.leave("step 1 of 2");
    }

    /// Waits until the screen says so, wherever its lines break.
    pub(crate) fn reads(&self, words: &str) {
        self.screen
            .wait_for(words, |shown| flat(shown).contains(words));
    }

    /// Leaves the desk; what is stored must be what its events say.
    pub(crate) async fn stand_up(mut self) {
        self.gone().await;
    }

    /// … although something typed was not sent: it is kept as a draft, and of that nothing is asked.
    pub(crate) async fn stand_up_from_a_draft(mut self) {
        self.gone().await;
    }

    async fn gone(&mut self) {
        assert!(self.screen.leave_desk().success());
        let calendars = &self.world.calendars;
        let verified = self.world.admin.verify(calendars, |_| ()).await.unwrap();
        assert!(verified.cases > 0);
        let differences = verified.differences;
        assert!(differences.is_empty(), "{differences:?}");
    }

    fn number_before(&self, words: &str) -> String {
        let text = self.screen.text();
        let line = text.lines().find(|line| line.contains(words)).unwrap();
        let before = line.split_once(words).unwrap().0;
        before.split_whitespace().next_back().unwrap().to_owned()
    }
}
