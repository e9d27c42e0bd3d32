//! A short list to choose from, by digit or cursor: for which purpose something is unmasked, and
//! what is copied.

use chrono::{DateTime, Utc};

use super::super::command::Id;
use super::super::effect::{Call, Effect, Slot};
use super::super::geometry::Window;
use super::super::habits::Clip;
use super::super::route::Route;
use super::super::toast::Tone;
use super::super::world::World;
use super::{Pressed, mandates, moved};
use crate::store::rows::{CaseDetail, CaseId, CaseRow, UNMASK_PURPOSES};
use crate::text::Texts;

/// A list of a few things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Its heading, in words.
    pub title: String,
    /// What it is for, in words.
    pub help: String,
    /// The things.
    pub items: Vec<Item>,
    /// Where the cursor is.
    pub cursor: usize,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its name.
    pub label: String,
    /// What happens.
    pub what: What,
}

/// What happens when it is chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The customer of that case is unmasked for this purpose.
    Unmask(CaseId, &'static str),
    /// Consumption under the mandate of that case is looked at for this purpose.
    Look(CaseId, &'static str),
    /// That mandate, for a purpose that is asked next.
    Mandate(CaseId),
    /// This text goes to the clipboard of the terminal.
    Copy(String),
}

impl State {
    /// The purposes of unmasking.
    pub fn purposes(texts: &Texts, case: CaseId) -> Self {
        let items = UNMASK_PURPOSES.iter().map(|purpose| Item {
            label: texts.say(&format!("choice.unmask_purpose.{purpose}")),
            what: What::Unmask(case, purpose),
        });
        Self {
            title: texts.say("privacy.purpose"),
            help: texts.say("privacy.purpose_help"),
            items: items.collect(),
            cursor: 0,
        }
    }

    /// What can be copied of a case: what the screen shows of it without unmasking anything. Of a
    /// protected person that is a reference (decision 21).
    pub fn values(world: &World, row: &CaseRow, now: DateTime<Utc>) -> Self {
        let texts = &world.texts;
        let mut items = vec![copied(texts, "case_no", &row.case_no)];
        if let Some(loaded) = world.case(row.case_id) {
            items.extend(of_detail(texts, &loaded.detail));
            items.extend(checkout(world, &loaded.detail, now));
        }
        items.push(copied(texts, "row", &line(world, row)));
        items.retain(|item| item.what != What::Copy(String::new()));
        let of = words(world.clip);
        Self {
            title: texts.say(&format!("{of}.copy")),
            help: texts.say(&format!("{of}.copy_help")),
            items,
            cursor: 0,
        }
    }

    /// React to a command.
    pub fn press(
        &mut self,
        world: &mut World,
        pressed: Pressed,
        window: Window,
        now: DateTime<Utc>,
    ) -> Vec<Effect> {
        if let Some(to) = moved(pressed.id, self.cursor, self.items.len(), window) {
            self.cursor = to;
            return Vec::new();
        }
        let at = match pressed.id {
            Id::Choose => self.cursor,
            Id::ChooseDigit => pressed.digit().unwrap_or(0).wrapping_sub(1),
            _ => return vec![Effect::Go(Route::Back)],
        };
        match self.items.get(at).cloned() {
            Some(item) => vec![Effect::Go(Route::Back), chosen(world, item, now)],
            None => Vec::new(),
        }
    }
}

/// Under which name the texts of copying are.
fn words(clip: Clip) -> &'static str {
    match clip {
        Clip::Terminal => "privacy",
        Clip::Said => "plain",
    }
}

fn chosen(world: &mut World, item: Item, now: DateTime<Utc>) -> Effect {
    match item.what {
        What::Unmask(case, purpose) => {
            let command = world.command(now);
            let ticket = world.ticket(Slot::Command(command), now);
            Effect::Write(ticket, Box::new(Call::Unmask { case, purpose }))
        }
        What::Look(case, purpose) => Effect::Go(Route::Consumption(case, purpose)),
        What::Mandate(case) => mandates::chosen(&world.texts, case),
        What::Copy(text) => {
            let key = format!("{}.copied", words(world.clip));
            let values = [("what", item.label.as_str()), ("text", &text)];
            let said = world.texts.fill(&key, &values);
            world.toasts.say(Tone::Done, said, now);
            Effect::Copy(text)
        }
    }
}

fn copied(texts: &Texts, key: &str, text: &str) -> Item {
    Item {
        label: texts.say(&format!("copy.{key}")),
        what: What::Copy(text.to_owned()),
    }
}

fn of_detail(texts: &Texts, detail: &CaseDetail) -> Vec<Item> {
    let mut items = Vec::new();
    if let Some(card) = &detail.connection {
        let address = format!(
            "{} {}, {} {}",
            card.street, card.house_number, card.postcode, card.city
        );
        items.push(copied(texts, "ean", &card.ean));
        if !detail.customer.as_ref().is_some_and(|it| it.protected) {
            items.push(copied(texts, "address", &address));
        }
    }
    if let Some(card) = &detail.customer {
        items.push(copied(texts, "customer_ref", &card.customer_ref));
    }
    if let Some(card) = &detail.party {
        items.push(copied(texts, "party", &card.name));
        items.push(copied(texts, "gln", &card.gln));
        let mails = card.contacts.iter().map(|contact| &contact.email);
        items.extend(mails.take(2).map(|mail| copied(texts, "contact", mail)));
    }
    items
}

/// Where the customer pays, as long as that is possible (PRIO-04).
fn checkout(world: &World, detail: &CaseDetail, now: DateTime<Utc>) -> Option<Item> {
    let legal = world.legal(now);
    let mut payments = detail.payments.iter();
    let link = payments.find_map(|payment| payment.checkout_at(legal))?;
    let is_waiting = detail.row.state == "awaiting_payment";
    is_waiting.then(|| copied(&world.texts, "checkout", link))
}

/// The row as a spreadsheet takes it: number, process, state, due (UTC), whom it is about, holder.
fn line(world: &World, row: &CaseRow) -> String {
    let due = row.due_at.map_or_else(String::new, |due| due.to_rfc3339());
    [
        row.case_no.as_str(),
        world.texts.get(&format!("process.{}", row.process)),
        world
            .texts
            .get(&format!("state.{}.{}", row.process, row.state)),
        &due,
        &row.subject,
        row.holder.as_deref().unwrap_or_default(),
    ]
    .join("\t")
}
