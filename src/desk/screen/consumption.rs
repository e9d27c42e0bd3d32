//! Consumption of a connection under a sharing mandate (FLU-26, 31, 34…38): a chart and a table of a
//! week, month or year, one period after the other. Each look is asked of the database with a purpose
//! and is an event of the case; what comes is made into a picture once, and not while drawing.

mod picture;
mod possible;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

pub use picture::{Bar, Picture};
pub use possible::{exportable, has_units, nameable};

use super::super::command::Id;
use super::super::effect::{Call, Effect, Slot};
use super::super::geometry::Window;
use super::super::route::Route;
use super::super::toast::Tone;
use super::super::world::World;
use super::{Pressed, moved};
use crate::domain::consumption::guard::{Hidden, Mandate};
use crate::domain::consumption::shown::{Mark, Naming, Shown, Sight};
use crate::domain::consumption::view::{View, Way};
use crate::domain::consumption::{Consumption, Energy, Step, Unit, days};
use crate::process::sharing;
use crate::store::StoreError;
use crate::store::consumption::Look;
use crate::store::rows::CaseId;

/// So long a connection is named by its whole number (decision 21).
const WHOLE_FOR: TimeDelta = TimeDelta::seconds(30);

/// As what it leaves the screen (FLU-38).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The columns of the source.
    Csv,
    /// Pages to hand on.
    Pdf,
}

/// The screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The case of the mandate.
    pub case: CaseId,
    /// For which purpose somebody looks.
    pub purpose: &'static str,
    /// What is looked at; nothing before the case was read.
    pub view: Option<View>,
    /// In which unit.
    pub unit: Unit,
    /// How the connection is named.
    pub naming: Naming,
    /// Until when it is named by its whole number (machine time).
    pub whole_until: Option<DateTime<Utc>>,
    /// Which stretch has the cursor.
    pub at: usize,
    /// What came of it.
    pub got: Got,
    /// What was found, to be shown otherwise without a further look.
    found: Option<(Box<Consumption>, Sight)>,
    /// The look that is waited for.
    asked: Option<Uuid>,
}

/// What came of looking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Got {
    /// Nothing yet.
    Waiting,
    /// A picture.
    Shown(Box<Picture>),
    /// A rule says no.
    Hidden(Hidden),
    /// It is no mandate.
    NoMandate,
    /// It could not be read.
    Failed(StoreError),
}

fn energy(world: &World, case: CaseId) -> Energy {
    let card = world
        .case(case)
        .and_then(|loaded| loaded.detail.connection.as_ref());
    match card.map(|card| card.product.as_str()) {
        Some("G") => Energy::Gas,
        _ => Energy::Electricity,
    }
}

impl State {
    /// The first look: the last days that are shared.
    pub fn open(
        world: &mut World,
        case: CaseId,
        purpose: &'static str,
        now: DateTime<Utc>,
    ) -> (Self, Vec<Effect>) {
        let mut state = Self {
            case,
            purpose,
            view: None,
            unit: Unit::Kwh,
            naming: Naming::Masked,
            whole_until: None,
            at: 0,
            got: Got::Waiting,
            found: None,
            asked: None,
        };
        let mut effects = state.begin(world, now);
        if world.case(case).is_none() {
            effects.push(world.ask_detail(case, now));
        }
        (state, effects)
    }

    /// Look, as soon as the case was read.
    pub fn begin(&mut self, world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
        if self.view.is_some() || self.got == Got::NoMandate || world.case(self.case).is_none() {
            return Vec::new();
        }
        let Some(mandate) = self.mandate(world) else {
            self.got = Got::NoMandate;
            return Vec::new();
        };
        self.view = Some(View::first(&mandate, world.legal(now)));
        self.look(world, Naming::Masked, now)
    }

    /// Names the connection by the ends of its number again.
    pub fn mask(&mut self, world: &World, now: DateTime<Utc>) {
        self.naming = Naming::Masked;
        self.whole_until = None;
        self.picture(world, now);
    }

    fn mandate(&self, world: &World) -> Option<Mandate> {
        let loaded = world.case(self.case)?;
        sharing::mandate(&loaded.detail.facts, energy(world, self.case))
    }

    fn sight(&self, world: &World, now: DateTime<Utc>) -> Option<Result<Sight, Hidden>> {
        let mandate = self.mandate(world)?;
        let as_shown = (self.unit, self.naming);
        Some(self.view?.sight(&mandate, as_shown, world.legal(now)))
    }

    /// Ask for what is looked at, unless a rule says no. All of the number is asked for anew each time,
    /// and shown for a while (decision 21).
    fn look(&mut self, world: &mut World, naming: Naming, now: DateTime<Utc>) -> Vec<Effect> {
        self.found = None;
        self.asked = None;
        (self.naming, self.whole_until) = (naming, None);
        if naming == Naming::Masked {
            self.at = 0;
        }
        match self.sight(world, now) {
            None => self.got = Got::NoMandate,
            Some(Err(hidden)) => self.got = Got::Hidden(hidden),
            Some(Ok(sight)) => {
                self.got = Got::Waiting;
                let command = world.command(now);
                self.asked = Some(command);
                let ticket = world.ticket(Slot::Command(command), now);
                let call = Call::Look(self.asked_for(&sight, false));
                return vec![Effect::Write(ticket, Box::new(call))];
            }
        }
        Vec::new()
    }

    fn asked_for(&self, sight: &Sight, is_export: bool) -> Look<'static> {
        Look {
            case_id: self.case,
            from: sight.window.from,
            to: sight.window.to,
            step: sight.step,
            purpose: self.purpose,
            is_export,
            naming: sight.naming,
        }
    }

    /// Whether that look is the one that is waited for.
    pub fn awaits(&self, command: Uuid) -> bool {
        self.asked == Some(command)
    }

    /// What came of a look.
    pub fn take(
        &mut self,
        world: &World,
        result: Result<Box<Consumption>, StoreError>,
        now: DateTime<Utc>,
    ) {
        self.asked = None;
        match (result, self.sight(world, now)) {
            (Err(error), _) => {
                self.naming = Naming::Masked;
                self.got = Got::Failed(error);
            }
            (Ok(_), None) => self.got = Got::NoMandate,
            (Ok(_), Some(Err(hidden))) => self.got = Got::Hidden(hidden),
            (Ok(found), Some(Ok(sight))) => {
                self.found = Some((found, sight));
                self.whole_until = (self.naming == Naming::Whole).then(|| now + WHOLE_FOR);
                self.picture(world, now);
                if self.naming == Naming::Masked {
                    self.find_last();
                }
            }
        }
    }

    /// Show what was found, in the unit and with the name that are wanted.
    fn picture(&mut self, world: &World, now: DateTime<Utc>) {
        if let Some((found, sight)) = &mut self.found {
            (sight.unit, sight.naming) = (self.unit, self.naming);
            let shown = Shown::of(found, sight, world.legal(now));
            self.got = Got::Shown(Box::new(Picture::of(shown)));
        }
    }

    /// What is shown.
    pub fn shown(&self) -> Option<&Shown> {
        match &self.got {
            Got::Shown(picture) => Some(&picture.shown),
            _ => None,
        }
    }

    fn count(&self) -> usize {
        self.shown().map_or(0, |shown| shown.slots.len())
    }

    /// The cursor to the last stretch that has a value, or to the first one.
    fn find_last(&mut self) {
        let Got::Shown(picture) = &self.got else {
            return;
        };
        let mut bars = picture.bars.iter();
        self.at = bars.rposition(|bar| bar.mark != Mark::Missing).unwrap_or(0);
    }

    /// React to a command.
    pub fn press(
        &mut self,
        world: &mut World,
        pressed: Pressed,
        window: Window,
        now: DateTime<Utc>,
    ) -> Vec<Effect> {
        match pressed.id {
            Id::Back => return vec![Effect::Go(Route::Back)],
            Id::Refresh => return self.look(world, Naming::Masked, now),
            Id::Previous => return self.turn(world, false, now),
            Id::Following => return self.turn(world, true, now),
            Id::SeeFine => return self.see(world, Way::Fine, now),
            Id::SeeWeek => return self.see(world, Way::Week, now),
            Id::SeeMonth => return self.see(world, Way::Month, now),
            Id::SeeYear => return self.see(world, Way::Year, now),
            Id::SwitchUnit => {
                self.unit = match self.unit {
                    Unit::Kwh => Unit::CubicMetre,
                    _ => Unit::Kwh,
                };
                self.picture(world, now);
            }
            Id::NameConnection => match self.naming {
                Naming::Whole => self.mask(world, now),
                Naming::Masked => return self.look(world, Naming::Whole, now),
            },
            Id::SaveCsv => return self.save(world, Format::Csv, now),
            Id::SavePdf => return self.save(world, Format::Pdf, now),
            Id::PageUp | Id::PageDown if self.is_fine() => self.another_day(pressed.id),
            id => self.at = moved(id, self.at, self.count(), window).unwrap_or(self.at),
        }
        Vec::new()
    }

    fn is_fine(&self) -> bool {
        matches!(self.view.map(|view| view.step), Some(Step::Fine(_)))
    }

    /// Of fine data a page is a local day, of 23, 24 or 25 hours.
    fn another_day(&mut self, id: Id) {
        let Some(shown) = self.shown() else { return };
        let Some(here) = shown.slots.get(self.at).map(|slot| days::of(slot.start)) else {
            return;
        };
        let day = match id {
            Id::PageDown => here.succ_opt(),
            _ if shown
                .slots
                .get(self.at)
                .is_some_and(|slot| slot.start > days::begin(here)) =>
            {
                Some(here)
            }
            _ => here.pred_opt(),
        };
        let start = days::begin(day.unwrap_or(here));
        let found = shown.slots.iter().position(|slot| slot.start >= start);
        self.at = found.unwrap_or(shown.slots.len().saturating_sub(1));
    }

    /// The period before or behind; nothing lies ahead of today.
    fn turn(&mut self, world: &mut World, is_forward: bool, now: DateTime<Utc>) -> Vec<Effect> {
        let Some(view) = self.view else {
            return Vec::new();
        };
        let to = view.turned(is_forward);
        if is_forward && to.is_ahead(world.legal(now)) {
            let said = world.texts.say("consumption.ahead");
            world.toasts.say(Tone::Warning, said, now);
            return Vec::new();
        }
        self.view = Some(to);
        self.look(world, Naming::Masked, now)
    }

    /// Another way to look, around the stretch that has the cursor.
    fn see(&mut self, world: &mut World, way: Way, now: DateTime<Utc>) -> Vec<Effect> {
        let Some(view) = self.view else {
            return Vec::new();
        };
        let slot = self.shown().and_then(|shown| shown.slots.get(self.at));
        let day = slot.map_or(view.day, |slot| days::of(slot.start));
        self.view = Some(View::of(way, day, energy(world, self.case)));
        self.look(world, Naming::Masked, now)
    }

    /// Take along exactly what is shown: an event of its own.
    fn save(&mut self, world: &mut World, format: Format, now: DateTime<Utc>) -> Vec<Effect> {
        let (Some(shown), Some((_, sight))) = (self.shown(), &self.found) else {
            return Vec::new();
        };
        let call = Call::Export {
            look: self.asked_for(sight, true),
            shown: Box::new(shown.clone()),
            format,
            made: world.legal(now),
            name: name(world, self.case, shown, format),
        };
        let command = world.command(now);
        let ticket = world.ticket(Slot::Command(command), now);
        vec![Effect::Write(ticket, Box::new(call))]
    }
}

/// The name of the file: of the case and the period, never of the connection.
fn name(world: &World, case: CaseId, shown: &Shown, format: Format) -> String {
    let no = world.case(case);
    let no = no.map_or("", |loaded| loaded.detail.row.case_no.as_str());
    let end = match format {
        Format::Csv => "csv",
        Format::Pdf => "pdf",
    };
    let last = shown.to.pred_opt().unwrap_or(shown.to);
    format!("consumption_{no}_{}_{last}.{end}", shown.from)
}
