//! A request for a meter in the pane: its steps, the visit and its payment, the order in both systems,
//! other requests of the customer.

use chrono::{DateTime, Utc};
use ratatui::text::{Line, Span};

use super::cards::{other_case, whole, whole_as};
use super::paint::Paint;
use super::theme::Role;
use super::width;
use crate::desk::request::steps::{self, Stand};
use crate::desk::say;
use crate::process::field::Value;
use crate::store::rows::{CaseDetail, MessageRow, PaymentRow, PaymentStatus};
use crate::text::format;

type Lines = Vec<Line<'static>>;

/// Facts that stand here and not among the others.
const HERE: [&str; 12] = [
    "slot",
    "slot_start",
    "payment",
    "payment_id",
    "amount",
    "expires_at",
    "domain_acked",
    "gsa_acked",
    "gsa_acked_at",
    "gsa_state",
    "not_done_reason",
    "replaces_gsa",
];
/// … of the work at an installation.
const HERE_AT_PLANT: [&str; 3] = ["gsa_state", "gsa_acked_at", "not_done_reason"];

fn is_request(detail: &CaseDetail) -> bool {
    matches!(detail.facts.process.as_str(), "prio" | "tlm")
}

/// Whether that fact is said here.
pub(super) fn has(detail: &CaseDetail, key: &str) -> bool {
    let here: &[&str] = match detail.facts.process.as_str() {
        _ if is_request(detail) => &HERE,
        "notification" => &HERE_AT_PLANT,
        _ => &[],
    };
    here.contains(&key)
}

/// The steps: done, here, ahead.
pub(super) fn steps(paint: &Paint<'_, '_>, detail: &CaseDetail, columns: usize) -> Lines {
    let mut lines: Vec<Vec<Span<'static>>> = Vec::new();
    let mut used = 0;
    for (key, stand) in steps::of(&detail.facts) {
        let (role, mark) = match stand {
            Stand::Done => (Role::Good, "[x]"),
            Stand::Here => (Role::Title, "[>]"),
            Stand::Ahead => (Role::Faint, "[ ]"),
        };
        let said = format!("{mark} {}  ", paint.text(&format!("request.step.{key}")));
        let is_new = lines.is_empty() || used + width::of(&said) > columns + 2;
        used = if is_new { 0 } else { used } + width::of(&said);
        let span = paint.span(role, said);
        match lines.last_mut().filter(|_| !is_new) {
            Some(line) => line.push(span),
            None => lines.push(vec![span]),
        }
    }
    let mut lines: Lines = lines.into_iter().map(Line::from).collect();
    if is_request(detail) {
        lines.extend(check(paint, detail, columns));
    }
    lines
}

fn word<'a>(detail: &'a CaseDetail, key: &str) -> Option<&'a str> {
    detail.facts.facts.get(key).and_then(Value::as_code)
}

fn is_yes(detail: &CaseDetail, key: &str) -> bool {
    detail.facts.facts.get(key).is_some_and(|it| it.is("yes"))
}

fn at(paint: &Paint<'_, '_>, detail: &CaseDetail, at: DateTime<Utc>) -> String {
    let world = &paint.model.world;
    let zone = world.zone(&detail.row.process);
    say::at(&world.texts, at, paint.legal(), zone)
}

/// The one outcome of the checks, with source and time (PRIO-23); another grid refers to the EAN code
/// book (PRIO-27).
fn check(paint: &Paint<'_, '_>, detail: &CaseDetail, columns: usize) -> Lines {
    let said = ["check_outcome", "suitability"];
    let said = said.iter().find_map(|it| Some((*it, word(detail, it)?)));
    let Some((asked, outcome)) = said else {
        return Vec::new();
    };
    let of = |key: &str, word: &str| paint.text(&format!("choice.{key}.{word}"));
    let source = word(detail, "check_source").map(|it| of("check_source", it));
    let checked = detail.facts.facts.get("checked_at");
    let when = checked.and_then(Value::as_instant);
    let when = when.map_or_else(String::new, |it| at(paint, detail, it));
    let with = [
        ("outcome", &*of(asked, outcome)),
        ("source", &*source.unwrap_or_default()),
        ("at", &*when),
    ];
    let said = paint.fill("request.said.checked", &with);
    let mut lines = paint.wrapped(Role::Calm, &said, columns);
    if outcome == "not_our_grid" {
        let said = paint.text("request.said.code_book");
        lines.extend(paint.wrapped(Role::Warning, &said, columns));
    }
    lines
}

/// When somebody comes, until when that is held, and where the payment stands.
pub(super) fn visit(paint: &Paint<'_, '_>, detail: &CaseDetail, columns: usize) -> Lines {
    if !is_request(detail) {
        return Vec::new();
    }
    let mut lines = slot(paint, detail, columns);
    for payment in &detail.payments {
        lines.extend(of_payment(paint, detail, payment, columns));
    }
    let is_asked = word(detail, "payment") == Some("asked");
    if detail.payments.is_empty() && is_asked {
        let said = paint.text("payment_status.new");
        lines.extend(whole_as(paint, Role::Soon, &[&said], columns));
    }
    if detail.row.state == "awaiting_payment" {
        lines.extend(link(paint, detail, columns));
        let mut payments = detail.payments.iter();
        if let Some(link) = payments.find_map(|it| it.checkout_at(paint.legal())) {
            let said = paint.fill("request.said.checkout", &[("link", link)]);
            lines.extend(paint.wrapped(Role::Calm, &said, columns));
        }
    }
    lines
}

fn slot(paint: &Paint<'_, '_>, detail: &CaseDetail, columns: usize) -> Lines {
    let Some(slot) = &detail.slot else {
        return Vec::new();
    };
    let starts = at(paint, detail, slot.starts_at);
    let Some(until) = slot.until.filter(|_| !slot.kept) else {
        let said = paint.fill("request.said.kept", &[("at", &starts)]);
        return paint.wrapped(Role::Good, &said, columns);
    };
    let left = say::left(until, paint.legal());
    let (role, key) = if left.starts_with('-') {
        (Role::Late, "request.said.hold_over")
    } else {
        (Role::Soon, "request.said.held")
    };
    let until = at(paint, detail, until);
    let with = [("at", &*starts), ("until", &*until), ("left", &*left)];
    paint.wrapped(role, &paint.fill(key, &with), columns)
}

fn of_payment(
    paint: &Paint<'_, '_>,
    detail: &CaseDetail,
    payment: &PaymentRow,
    columns: usize,
) -> Lines {
    let texts = &paint.model.world.texts;
    let amount = format::money(texts, payment.amount);
    let status = paint.text(&format!("payment_status.{}", payment.status.key()));
    let with = [("amount", &*amount), ("status", &*status)];
    let mut parts = vec![paint.fill("request.said.payment", &with)];
    let payable = payment.expires_at.filter(|_| payment.status.is_live());
    if let Some(until) = payable.filter(|until| *until > paint.legal()) {
        let left = say::left(until, paint.legal());
        let until = at(paint, detail, until);
        let with = [("at", &*until), ("left", &*left)];
        parts.push(paint.fill("request.said.payable", &with));
    }
    if let Some(seen) = payment.seen.filter(|seen| *seen != payment.amount) {
        let seen = format::money(texts, seen);
        parts.push(paint.fill("request.said.seen", &[("amount", &seen)]));
    }
    if let Some(refund) = &payment.refund {
        let status = paint.text(&format!("refund_status.{}", refund.status.key()));
        let when = at(paint, detail, refund.changed_at);
        let amount = format::money(texts, refund.amount);
        let with = [("amount", &*amount), ("status", &*status), ("at", &*when)];
        parts.push(paint.fill("request.said.refund", &with));
    }
    let role = match payment.status {
        PaymentStatus::Paid => Role::Good,
        PaymentStatus::Mismatch => Role::Error,
        status if status.is_live() => Role::Soon,
        _ => Role::Faint,
    };
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    whole_as(paint, role, &parts, columns)
}

/// What became of the link for the payment that was sent to the customer (PRIO-04).
fn link(paint: &Paint<'_, '_>, detail: &CaseDetail, columns: usize) -> Lines {
    let last = latest(detail, &["payment_link"]);
    let said = match last.map(|it| (it, it.status.as_str())) {
        None => paint.text("request.said.link_none"),
        Some((_, "dead")) => paint.text("request.said.link_dead"),
        Some((it, "sent")) => {
            let when = at(paint, detail, it.sent_at.unwrap_or(it.created_at));
            paint.fill("request.said.link_sent", &[("at", &when)])
        }
        Some(_) => paint.text("request.said.link_queued"),
    };
    paint.wrapped(Role::Calm, &said, columns)
}

fn latest<'a>(detail: &'a CaseDetail, kinds: &[&str]) -> Option<&'a MessageRow> {
    let of_kind = detail
        .messages
        .iter()
        .filter(|it| kinds.contains(&it.kind.as_str()));
    of_kind.max_by_key(|it| it.outbox_id)
}

/// The order in both systems, and how far the technicians are (PRIO-07, PRIO-09).
pub(super) fn order(paint: &Paint<'_, '_>, detail: &CaseDetail, columns: usize) -> Lines {
    const KINDS: [&str; 3] = ["order", "order_change", "order_cancel"];
    if !is_request(detail) {
        return at_plant(paint, detail, columns);
    }
    let mut lines = Vec::new();
    for (system, name, acked) in [
        ("domain", "request.said.domain", "domain_acked"),
        ("gsa", "request.said.work_orders", "gsa_acked"),
    ] {
        let kinds = KINDS.map(|kind| format!("{kind}_{system}"));
        let kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
        let Some(message) = latest(detail, &kinds) else {
            continue;
        };
        let (role, state) = in_system(paint, detail, message, acked);
        let name = paint.text(name);
        let with = [("system", &*name), ("state", &*state)];
        let mut parts = vec![paint.fill("request.said.order", &with)];
        if system == "gsa" {
            parts.extend(on_site(paint, detail));
        }
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        lines.extend(whole_as(paint, role, &parts, columns));
    }
    if lines.is_empty() {
        return lines;
    }
    if let Some(order) = word(detail, "gsa_order").filter(|_| is_yes(detail, "replaces_gsa")) {
        let said = paint.fill("request.said.replaces", &[("order", order)]);
        lines.extend(whole(&[&said], columns));
    }
    lines
}

/// The work that a permit needs, and how far the technicians are with it (ELS-31).
fn at_plant(paint: &Paint<'_, '_>, detail: &CaseDetail, columns: usize) -> Lines {
    let Some(message) = latest(detail, &["order_installation"]) else {
        return Vec::new();
    };
    let (role, state) = in_system(paint, detail, message, "gsa_acked");
    let name = paint.text("request.said.work_orders");
    let with = [("system", &*name), ("state", &*state)];
    let said = paint.fill("request.said.order", &with);
    let how_far = on_site(paint, detail);
    let role = match word(detail, "gsa_state") {
        Some("not_done") => Role::Warning,
        Some("done") => Role::Good,
        _ => role,
    };
    let parts: Vec<&str> = [&said]
        .into_iter()
        .chain(&how_far)
        .map(|it| &**it)
        .collect();
    whole_as(paint, role, &parts, columns)
}

fn in_system(
    paint: &Paint<'_, '_>,
    detail: &CaseDetail,
    message: &MessageRow,
    acked: &str,
) -> (Role, String) {
    if is_yes(detail, acked) {
        return (Role::Good, paint.text("request.order.acked"));
    }
    match message.status.as_str() {
        "dead" => (Role::Error, paint.text("request.order.dead")),
        "sent" => {
            let when = at(paint, detail, message.sent_at.unwrap_or(message.created_at));
            (
                Role::Soon,
                paint.fill("request.order.sent", &[("at", &when)]),
            )
        }
        _ => (Role::Soon, paint.text("request.order.queued")),
    }
}

/// How far the technicians are: planned, on site, done, or not done and why.
fn on_site(paint: &Paint<'_, '_>, detail: &CaseDetail) -> Option<String> {
    let state = word(detail, "gsa_state").filter(|it| *it != "ordered")?;
    if let Some(why) = word(detail, "not_done_reason").filter(|_| state == "not_done") {
        let why = paint.text(&format!("choice.not_done_reason.{why}"));
        return Some(paint.fill("request.said.not_done", &[("why", &why)]));
    }
    Some(paint.text(&format!("choice.gsa_state.{state}")))
}

/// Other requests of the customer: several meters are several requests (PRIO-21).
pub(super) fn siblings(paint: &Paint<'_, '_>, detail: &CaseDetail, columns: usize) -> Lines {
    if !is_request(detail) {
        return Vec::new();
    }
    let of_case = |case| other_case(paint, case, "", columns);
    detail.siblings.iter().flat_map(of_case).collect()
}
