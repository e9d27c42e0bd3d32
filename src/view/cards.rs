//! Cards of the detail: party, customer, connection, facts, other cases, documents, messages.

use ratatui::text::{Line, Span};

use super::paint::Paint;
use super::theme::Role;
use super::{request, width};
use crate::desk::preview;
use crate::desk::privacy;
use crate::desk::say;
use crate::domain::money::Money;
use crate::process::field::Value;
use crate::process::notification::NOTIFICATION;
use crate::store::rows::{CaseDetail, ConnectionCard, ContractRow, RelatedCase};
use crate::text::format;

type Lines = Vec<Line<'static>>;

/// Facts that stand on a card.
const ON_CARDS: [&str; 3] = ["ean", "party_gln", "customer_ref"];

/// What must be read whole, as how somebody is reached: what does not fit goes on in the next line.
pub(super) fn whole(parts: &[&str], columns: usize) -> Lines {
    let lines = in_lines(parts, columns);
    lines.into_iter().map(Line::from).collect()
}

pub(super) fn whole_as(paint: &Paint<'_, '_>, role: Role, parts: &[&str], columns: usize) -> Lines {
    let lines = in_lines(parts, columns).into_iter();
    lines
        .map(|line| Line::from(paint.span(role, line)))
        .collect()
}

fn in_lines(parts: &[&str], columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts.iter().filter(|part| !part.is_empty()) {
        match lines.last_mut() {
            Some(line) if width::of(line) + 2 + width::of(part) <= columns => {
                line.push_str("  ");
                line.push_str(part);
            }
            Some(_) => {
                let room = columns.saturating_sub(2);
                lines.extend(
                    width::wrap(part, room)
                        .iter()
                        .map(|rest| format!("  {rest}")),
                );
            }
            None => lines.extend(width::wrap(part, columns)),
        }
    }
    lines
}

/// The party and its contacts of the right group; the warning of GT-27 when nobody is there.
pub(super) fn party(paint: &Paint<'_, '_>, detail: &CaseDetail, columns: usize) -> Lines {
    let Some(card) = &detail.party else {
        return Vec::new();
    };
    let role = paint.text(&format!("role.{}", card.role));
    let mut lines = whole(&[&card.name, &role, &card.gln], columns);
    for contact in &card.contacts {
        lines.extend(whole(
            &[&contact.name, &contact.email, &contact.phone],
            columns,
        ));
    }
    // whom to ask for a mandate; an installer is reached through its notifications
    if card.contacts.is_empty() && card.role != "installer" {
        lines.extend(paint.wrapped(Role::Warning, &paint.text("detail.no_contact"), columns));
    }
    lines
}

/// The customer, as far as this agent may see.
pub(super) fn customer(paint: &Paint<'_, '_>, detail: &CaseDetail, columns: usize) -> Lines {
    let Some(card) = &detail.customer else {
        return Vec::new();
    };
    if card.protected {
        let said = paint.fill("detail.protected", &[("ref", &card.customer_ref)]);
        return paint.wrapped(Role::Warning, &said, columns);
    }
    let kind = paint.text(&format!("kind.{}", card.kind));
    let mut lines = whole(&[&card.name, &kind, &card.customer_ref], columns);
    match privacy::seen(paint.model, detail.row.case_id) {
        Some(seen) => lines.extend(unmasked(paint, detail, seen, columns)),
        None => lines.extend(whole(&[&card.phone, &card.email], columns)),
    }
    lines
}

/// What is masked, for as long as it may be seen.
fn unmasked(
    paint: &Paint<'_, '_>,
    detail: &CaseDetail,
    seen: &privacy::Seen,
    columns: usize,
) -> Lines {
    let world = &paint.model.world;
    let until = world
        .legal(seen.until)
        .with_timezone(&world.zone(&detail.row.process));
    let until = until.format("%H:%M:%S").to_string();
    let mut lines = whole(&[&seen.phone, &seen.email], columns);
    let said = paint.fill("privacy.until", &[("until", &until)]);
    lines.extend(paint.wrapped(Role::Soon, &said, columns));
    lines
}

/// The connection with its meters and contracts.
pub(super) fn connection(paint: &Paint<'_, '_>, detail: &CaseDetail, columns: usize) -> Lines {
    let Some(card) = &detail.connection else {
        return Vec::new();
    };
    let street = format!("{} {},", card.street, card.house_number);
    let place = format!("{} {}", card.postcode, card.city);
    let product = paint.text(&format!("product.{}", card.product));
    let method = match card.allocation_method.as_str() {
        "" => String::new(),
        method => paint.text(&format!("method.{method}")),
    };
    let mut lines = match format!("{street} {place}") {
        address if width::of(&address) <= columns => vec![Line::from(address)],
        _ => whole(&[&street, &place], columns),
    };
    lines.extend(whole(&[&card.ean, &product, &method], columns));
    lines.extend(whole(&[&card.grid_operator, &card.grid_area], columns));
    lines.extend(meters(paint, card, columns));
    lines.extend(
        card.contracts
            .iter()
            .flat_map(|contract| of_contract(paint, contract, columns)),
    );
    lines
}

fn meters(paint: &Paint<'_, '_>, card: &ConnectionCard, columns: usize) -> Lines {
    let of_meter = |meter: &crate::store::rows::MeterRow| {
        let kind = paint.text(&format!("meter.{}", meter.meter_type));
        let admin = match meter.smart_admin.as_str() {
            "" => String::new(),
            status => paint.text(&format!("meter.admin.{status}")),
        };
        let number = paint.fill("detail.meter", &[("number", &meter.meter_number)]);
        whole(&[&number, &kind, &admin], columns)
    };
    card.meters.iter().flat_map(of_meter).collect()
}

fn of_contract(paint: &Paint<'_, '_>, contract: &ContractRow, columns: usize) -> Lines {
    let side = paint.text(&format!("contract.{}", contract.side));
    let texts = &paint.model.world.texts;
    let day = |day: Option<chrono::NaiveDate>| {
        day.map_or_else(String::new, |day| format::date(texts, day))
    };
    let from = day(contract.valid_from);
    let span = match contract.valid_to {
        Some(_) => format!("{from} - {}", day(contract.valid_to)),
        None if from.is_empty() => String::new(),
        None => paint.fill("detail.since", &[("day", &from)]),
    };
    let role = if contract.valid_to.is_some() {
        Role::Faint
    } else {
        Role::Calm
    };
    whole_as(paint, role, &[&side, &contract.party, &span], columns)
}

/// The value of a fact or an answer, in words.
pub(super) fn value(
    paint: &Paint<'_, '_>,
    detail: &CaseDetail,
    key: &str,
    value: &Value,
) -> String {
    let world = &paint.model.world;
    if let Some(said) = detail.facts.said(key, value, world.texts.lang()) {
        return said;
    }
    match value {
        Value::Bool(yes) => paint.text(if *yes {
            "choice.yes_no.yes"
        } else {
            "choice.yes_no.no"
        }),
        Value::Number(number) if key == "contact" => {
            let contacts = detail.party.iter().flat_map(|party| &party.contacts);
            let named = contacts.filter(|contact| contact.contact_id == *number);
            named
                .map(|contact| contact.name.clone())
                .next()
                .unwrap_or_else(|| number.to_string())
        }
        Value::Number(number) => number.to_string(),
        Value::Text(text) => {
            let seen = privacy::seen(paint.model, detail.row.case_id);
            let body = seen.and_then(|seen| seen.texts.get(&text.text));
            match body.or_else(|| detail.texts.get(&text.text)) {
                Some(body) => body.clone(),
                None => paint.text("detail.erased"),
            }
        }
        Value::Code(code) => match value.as_instant() {
            Some(at) => say::at(
                &world.texts,
                at,
                paint.legal(),
                world.zone(&detail.row.process),
            ),
            None => match preview::word(world, key, code) {
                Some(said) => said,
                None => code
                    .parse::<Money>()
                    .map_or_else(|_| code.clone(), Money::local),
            },
        },
        Value::List(values) => {
            let said = values
                .iter()
                .map(|one| self::value(paint, detail, key, one));
            said.collect::<Vec<_>>().join("; ")
        }
    }
}

/// What is known of the case beyond the cards.
pub(super) fn facts(paint: &Paint<'_, '_>, detail: &CaseDetail, columns: usize) -> Lines {
    let mut lines = Vec::new();
    for (key, fact) in &detail.facts.facts {
        let texts = &paint.model.world.texts;
        let named = texts.find(&format!("fact.{key}"));
        let Some(name) = named.or_else(|| detail.facts.named(key, texts.lang())) else {
            continue;
        };
        // texts stand in the timeline; those of a notification are what it consists of
        let is_told = fact.has_text() && detail.facts.process != NOTIFICATION.key;
        if ON_CARDS.contains(&key.as_str()) || request::has(detail, key) || is_told {
            continue;
        }
        let said = value(paint, detail, key, fact);
        let name = width::left(name, 24.min(columns / 2));
        let room = columns.saturating_sub(width::of(&name) + 1);
        let indent = " ".repeat(width::of(&name));
        for (row, said) in width::wrap(&said, room).into_iter().enumerate() {
            let name = if row == 0 { &name } else { &indent };
            lines.push(Line::from(vec![
                paint.span(Role::Faint, name.clone()),
                Span::raw(format!(" {said}")),
            ]));
        }
    }
    lines
}

/// Earlier and other cases on the connection, and linked ones.
pub(super) fn related(paint: &Paint<'_, '_>, detail: &CaseDetail, columns: usize) -> Lines {
    let link = paint.text("detail.linked");
    let of_case = |case: &RelatedCase, link: &str| other_case(paint, case, link, columns);
    let linked = detail.linked.iter().map(|case| of_case(case, &link));
    linked
        .chain(detail.related.iter().map(|case| of_case(case, "")))
        .flatten()
        .collect()
}

/// Another case: its number, when it was received, how it stands.
pub(super) fn other_case(
    paint: &Paint<'_, '_>,
    case: &RelatedCase,
    link: &str,
    columns: usize,
) -> Lines {
    let world = &paint.model.world;
    let state = preview::state(world, &case.process, &case.state);
    let zone = world.zone(&case.process);
    let day = case.received_at.with_timezone(&zone).date_naive();
    let at = format::date(&world.texts, day);
    whole(&[&case.case_no, &at, &state, link], columns)
}

/// Documents: name, why kept, size; erased ones say so.
pub(super) fn documents(paint: &Paint<'_, '_>, detail: &CaseDetail, columns: usize) -> Lines {
    let mut lines = Vec::new();
    for document in &detail.documents {
        let purpose = paint.text(&format!("purpose.{}", document.purpose));
        let kib = (document.size / 1024).max(1).to_string();
        let size = paint.fill("detail.size", &[("kib", &kib)]);
        let erased = match document.erased_at {
            Some(_) => paint.text("detail.erased"),
            None => String::new(),
        };
        lines.extend(whole(&[&document.name, &purpose, &size, &erased], columns));
    }
    lines
}

/// Messages and what became of them.
pub(super) fn messages(paint: &Paint<'_, '_>, detail: &CaseDetail, columns: usize) -> Lines {
    let world = &paint.model.world;
    let mut lines = Vec::new();
    for message in &detail.messages {
        let kind = paint.text(&format!("message.{}", message.kind));
        let status = paint.text(&format!("outbox.{}", message.status));
        let at = message.sent_at.unwrap_or(message.created_at);
        let at = say::at(
            &world.texts,
            at,
            paint.legal(),
            world.zone(&detail.row.process),
        );
        let error = message.error.as_deref().unwrap_or_default();
        let role = if message.status == "dead" {
            Role::Error
        } else {
            Role::Calm
        };
        lines.extend(whole_as(
            paint,
            role,
            &[&status, &kind, &at, error],
            columns,
        ));
    }
    lines
}
