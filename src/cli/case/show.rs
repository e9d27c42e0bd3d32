//! One case as a person reads it, and its timeline.

use std::process::ExitCode;

use chrono_tz::Tz;
use uuid::Uuid;

use super::{Counter, remind};
use crate::cli::{CliError, Ended, words};
use crate::desk::preview;
use crate::domain::clock::{ClockRun, ClockStatus};
use crate::process::engine::{self, Listed};
use crate::process::field::Value;
use crate::process::general::PROMISE;
use crate::store::rows::{CaseDetail, ConnectionCard, CustomerCard, PartyCard, TimelineRow};
use crate::text::Texts;

/// Events shown with the case itself.
const RECENT: u32 = 5;

impl Counter<'_> {
    pub(super) async fn show(&self, no: &str) -> Ended {
        let detail = self.clerk.find(no).await?;
        if self.json {
            self.shell.json(&detail)?;
            return Ok(ExitCode::SUCCESS);
        }
        let recent = self
            .clerk
            .store
            .timeline(detail.row.case_id, None, RECENT)
            .await?;
        let context = self.clerk.context(Uuid::nil()).await?;
        let listed = engine::listed(&detail.facts, &context);
        let of_texts = |card: &ConnectionCard| connection(card, &self.shell.texts);
        self.head(&detail);
        self.part("clocks", self.clocks(&detail));
        self.part("connection", detail.connection.as_ref().map(of_texts));
        self.part(
            "customer",
            detail.customer.as_ref().map(|c| self.customer(c)),
        );
        self.part("party", detail.party.as_ref().map(|p| self.party(p)));
        self.part("documents", self.documents(&detail));
        self.part("messages", self.messages(&detail));
        self.part("related", self.related(&detail));
        self.part("drafts", self.draft_rows(&detail.drafts));
        self.part("actions", self.actions(&detail, &listed));
        self.part("timeline", self.events(&detail, &recent));
        Ok(ExitCode::SUCCESS)
    }

    pub(super) async fn timeline(&self, no: &str, limit: u32) -> Ended {
        let detail = self.clerk.find(no).await?;
        let mut rows: Vec<TimelineRow> = Vec::new();
        while rows.len() < limit as usize {
            let left = limit - u32::try_from(rows.len()).unwrap_or(limit);
            let before = rows.last().map(|row| row.seq);
            let page = self
                .clerk
                .store
                .timeline(detail.row.case_id, before, left)
                .await?;
            if page.is_empty() {
                break;
            }
            rows.extend(page);
        }
        if self.json {
            rows.iter().try_for_each(|row| self.shell.json(row))?;
        } else {
            for line in words::columns(&self.events(&detail, &rows)) {
                self.shell.say(&line);
            }
        }
        Ok::<_, CliError>(ExitCode::SUCCESS)
    }

    fn head(&self, detail: &CaseDetail) {
        let (row, texts) = (&detail.row, &self.shell.texts);
        let state = texts
            .get(&format!("state.{}.{}", row.process, row.state))
            .to_owned();
        let process = texts.get(&format!("process.{}", row.process)).to_owned();
        let work = texts
            .get(&format!("case.work.{}", row.work.word()))
            .to_owned();
        let holder = row.holder.as_deref().unwrap_or_default();
        self.shell.say(&format!(
            "{}  {process}: {state} ({work}) {holder}",
            row.case_no
        ));
        let received = words::when(texts, row.received_at, words::zone_of(&row.process));
        self.shell.tell(
            "case.received",
            &[("at", &received), ("subject", &row.subject)],
        );
        if let Some(line) = &detail.handover {
            self.shell.tell("case.left_line", &[("line", line)]);
        }
    }

    /// A heading and its rows; nothing at all when there are none.
    fn part(&self, name: &str, rows: impl Into<Part>) {
        let Part(rows) = rows.into();
        if rows.is_empty() {
            return;
        }
        self.shell.tell(&format!("case.part.{name}"), &[]);
        for line in words::columns(&rows) {
            self.shell.say(&format!("  {line}"));
        }
    }

    fn clocks(&self, detail: &CaseDetail) -> Vec<Vec<String>> {
        let zone = words::zone_of(&detail.row.process);
        detail
            .facts
            .clocks
            .iter()
            .map(|run| self.clock_row(run, detail, zone))
            .collect()
    }

    fn clock_name(&self, run: &ClockRun, detail: &CaseDetail) -> String {
        let name = self.shell.texts.say(&format!("clock.{}", run.key));
        if run.key == PROMISE {
            return remind::promise_name(detail, run.run, &name);
        }
        name
    }

    fn clock_row(&self, run: &ClockRun, detail: &CaseDetail, zone: Tz) -> Vec<String> {
        let process = detail.row.process.as_str();
        let (texts, now) = (&self.shell.texts, self.clerk.session.legal_now);
        let rule = crate::process::find(process).and_then(|process| process.clock(&run.key));
        let status = run.status(now);
        let left = match run.ended_at {
            None => words::left(run.due_at, now, texts),
            Some(at) => words::when(texts, at, zone),
        };
        let was = (run.original_due_at != run.due_at).then(|| {
            let was = words::due(texts, run.original_due_at, run.comparison, zone);
            texts.fill("case.was_due", &[("due", &was)])
        });
        vec![
            rule.map_or(String::new(), |clock| clock.rule.to_owned()),
            self.clock_name(run, detail),
            words::due(texts, run.due_at, run.comparison, zone),
            left,
            texts
                .get(&format!("case.status.{}", status_word(status)))
                .to_owned(),
            was.unwrap_or_default(),
        ]
    }

    fn customer(&self, card: &CustomerCard) -> Vec<Vec<String>> {
        let name = if card.protected {
            self.shell.texts.get("case.protected").to_owned()
        } else {
            card.name.clone()
        };
        vec![vec![
            card.customer_ref.clone(),
            name,
            card.phone.clone(),
            card.email.clone(),
        ]]
    }

    fn party(&self, card: &PartyCard) -> Vec<Vec<String>> {
        let mut rows = vec![vec![
            card.gln.clone(),
            card.name.clone(),
            named(&self.shell.texts, "role", &card.role),
        ]];
        rows.extend(card.contacts.iter().map(|contact| {
            let number = contact.contact_id.to_string();
            let number = self
                .shell
                .texts
                .fill("case.contact", &[("number", &number)]);
            vec![
                number,
                contact.name.clone(),
                contact.email.clone(),
                contact.phone.clone(),
            ]
        }));
        if card.contacts.is_empty() {
            rows.push(vec![self.shell.texts.get("case.no_contacts").to_owned()]);
        }
        rows
    }

    fn documents(&self, detail: &CaseDetail) -> Vec<Vec<String>> {
        let (texts, zone) = (&self.shell.texts, words::zone_of(&detail.row.process));
        let row = |document: &crate::store::rows::DocumentRow| {
            let erased = document.erased_at.map(|at| words::when(texts, at, zone));
            let erased = erased.map(|at| texts.fill("case.erased_at", &[("at", &at)]));
            vec![
                words::when(texts, document.added_at, zone),
                document.name.clone(),
                texts
                    .get(&format!("case.purpose.{}", document.purpose))
                    .to_owned(),
                erased.unwrap_or_default(),
            ]
        };
        detail.documents.iter().map(row).collect()
    }

    fn messages(&self, detail: &CaseDetail) -> Vec<Vec<String>> {
        let texts = &self.shell.texts;
        let row = |message: &crate::store::rows::MessageRow| {
            vec![
                texts.get(&format!("message.{}", message.kind)).to_owned(),
                texts
                    .get(&format!("case.delivery.{}", message.status))
                    .to_owned(),
                message.error.clone().unwrap_or_default(),
            ]
        };
        detail.messages.iter().map(row).collect()
    }

    fn related(&self, detail: &CaseDetail) -> Vec<Vec<String>> {
        let texts = &self.shell.texts;
        let all = detail.linked.iter().chain(&detail.related);
        all.map(|case| {
            let zone = words::zone_of(&case.process);
            let state = texts
                .get(&format!("state.{}.{}", case.process, case.state))
                .to_owned();
            vec![
                case.case_no.clone(),
                words::when(texts, case.received_at, zone),
                state,
            ]
        })
        .collect()
    }

    fn actions(&self, detail: &CaseDetail, listed: &[Listed]) -> Vec<Vec<String>> {
        let texts = &self.shell.texts;
        let process = crate::process::find(&detail.facts.process);
        let row = |listed: &Listed| {
            let key = listed.action.key;
            let text = process
                .map(|process| process.action_text(key))
                .unwrap_or_default();
            let why = listed
                .refusal
                .as_ref()
                .map(|refusal| words::refusal(refusal, texts));
            vec![
                key.to_owned(),
                texts.get(&text).to_owned(),
                why.unwrap_or_default(),
            ]
        };
        listed.iter().map(row).collect()
    }

    fn events(&self, detail: &CaseDetail, rows: &[TimelineRow]) -> Vec<Vec<String>> {
        let taken = |row: &TimelineRow| row.takes_back.as_ref().map(|taken| taken.seq);
        let void: Vec<i32> = rows.iter().filter_map(taken).collect();
        let lines = rows.iter().map(|row| {
            let mut line = self.event(detail, row);
            if void.contains(&row.seq) {
                line[2] = self.shell.texts.fill("undo.void", &[("what", &line[2])]);
            }
            line
        });
        lines.collect()
    }

    /// What an event was.
    fn happened(&self, process: &str, row: &TimelineRow) -> String {
        let texts = &self.shell.texts;
        if let Some(taken) = &row.takes_back {
            let action = words::action(process, &taken.action, texts);
            return texts.fill("undo.took_back", &[("action", &action)]);
        }
        let own = texts.find(&format!("case.event.{}", row.kind));
        own.map_or_else(|| words::action(process, &row.kind, texts), str::to_owned)
    }

    fn event(&self, detail: &CaseDetail, row: &TimelineRow) -> Vec<String> {
        let (texts, zone) = (&self.shell.texts, words::zone_of(&detail.row.process));
        let what = self.happened(&detail.facts.process, row);
        let answers = row.answers.iter().map(|(key, value)| {
            let name = preview::fact(texts, Some(&detail.facts), key);
            let name = name.as_ref().unwrap_or(key);
            let known = contact_name(detail, key, value);
            let known = known.or_else(|| detail.facts.said(key, value, texts.lang()));
            let known = known.or_else(|| self.clerk.listed(key, value, texts.lang()));
            let said = || words::value(key, value, (&detail.texts, zone), texts);
            format!("{name}: {}", known.unwrap_or_else(said))
        });
        let moves = row.moves.iter().map(|moved| {
            let between = (moved.was_due_at, moved.due_at);
            words::shift(&detail.row.process, &moved.clock, between, texts)
        });
        let cleared = preview::cleared(texts, &detail.facts, &row.cleared);
        vec![
            words::when(texts, row.at, zone),
            row.agent
                .clone()
                .unwrap_or_else(|| texts.get("case.system").to_owned()),
            what,
            answers
                .chain(cleared)
                .chain(moves)
                .collect::<Vec<_>>()
                .join("; "),
        ]
    }
}

/// A contact of the party by name; people know no numbers.
fn contact_name(detail: &CaseDetail, key: &str, value: &Value) -> Option<String> {
    let Value::Number(number) = value else {
        return None;
    };
    let contacts = detail.party.iter().flat_map(|party| &party.contacts);
    let mut named = contacts.filter(|contact| key == "contact" && contact.contact_id == *number);
    named.next().map(|contact| contact.name.clone())
}

/// A code of the registers in words.
fn named(texts: &Texts, area: &str, code: &str) -> String {
    let known = texts.find(&format!("{area}.{code}"));
    known.unwrap_or(code).to_owned()
}

fn connection(card: &ConnectionCard, texts: &Texts) -> Vec<Vec<String>> {
    let mut rows = vec![
        vec![
            card.ean.clone(),
            named(texts, "product", &card.product),
            named(texts, "method", &card.allocation_method),
        ],
        vec![
            format!("{} {}", card.street, card.house_number),
            card.postcode.clone(),
            card.city.clone(),
        ],
        vec![card.grid_operator.clone(), card.grid_area.clone()],
    ];
    rows.extend(card.meters.iter().map(|meter| {
        vec![
            meter.meter_number.clone(),
            named(texts, "meter", &meter.meter_type),
            named(texts, "meter.admin", &meter.smart_admin),
        ]
    }));
    rows.extend(card.contracts.iter().map(|contract| {
        let day = |day: Option<chrono::NaiveDate>| day.map(|d| d.to_string()).unwrap_or_default();
        let days = format!("{} – {}", day(contract.valid_from), day(contract.valid_to));
        let side = named(texts, "contract", &contract.side);
        vec![contract.party.clone(), side, days]
    }));
    rows
}

/// Rows of a part, or none.
struct Part(Vec<Vec<String>>);

impl From<Vec<Vec<String>>> for Part {
    fn from(rows: Vec<Vec<String>>) -> Self {
        Self(rows)
    }
}

impl From<Option<Vec<Vec<String>>>> for Part {
    fn from(rows: Option<Vec<Vec<String>>>) -> Self {
        Self(rows.unwrap_or_default())
    }
}

fn status_word(status: ClockStatus) -> &'static str {
    match status {
        ClockStatus::Breached => "breached",
        ClockStatus::LateOnArrival => "late_on_arrival",
        ClockStatus::LateByRetriage => "late_by_retriage",
        ClockStatus::Warning => "warning",
        ClockStatus::Running => "running",
        ClockStatus::Paused => "paused",
        ClockStatus::Met => "met",
        ClockStatus::MetLate => "met_late",
        ClockStatus::Lapsed => "lapsed",
        ClockStatus::Cancelled => "cancelled",
    }
}
