//! Cleans every string of an answer, once, when it enters the model. After this nothing in the
//! model can harm a terminal.

use super::clean::{self, tidy};
use super::effect::{Loaded, Reply};
use super::find::Told;
use super::registers::{Said, Side};
use super::request::found::AtAddress;
use crate::store::StoreError;
use crate::store::rows::{
    Board, CaseDetail, CaseRow, Claim, ConnectionCard, CustomerCard, DraftRow, EvidenceRow,
    FindingCard, Me, PartyCard, Pulse, QueueLimits, RelatedCase, WaitingUpdate,
};

/// Clean an answer.
pub fn reply(reply: &mut Reply) {
    match reply {
        Reply::Session(Ok(session)) => me(&mut session.me),
        Reply::Inbox(Ok(page)) => page.rows.iter_mut().chain(&mut page.known).for_each(row),
        Reply::Detail(Ok(loaded)) => case(loaded),
        Reply::Facts(Ok(page)) => {
            page.cases.iter_mut().for_each(|one| row(&mut one.row));
            page.parties.iter_mut().for_each(party);
        }
        Reply::Search(Ok(hits)) => hits.iter_mut().for_each(|hit| {
            row(&mut hit.row);
            tidy(&mut hit.how);
        }),
        Reply::Limits(Ok(all)) => all.iter_mut().for_each(limits),
        Reply::Colleagues(Ok(all)) => all.iter_mut().for_each(|other| tidy(&mut other.name)),
        Reply::Claimed(Ok(Claim::Taken { holder, .. })) => tidy(holder),
        Reply::Claimed(Ok(Claim::Granted { case_no, why, .. })) => {
            tidy(case_no);
            tidy(why);
        }
        Reply::Unmasked(Ok(unmasked)) => {
            tidy(&mut unmasked.phone);
            tidy(&mut unmasked.email);
            unmasked.texts.values_mut().for_each(tidy);
        }
        Reply::Like(_, Ok(picks)) => picks.iter_mut().for_each(|pick| {
            tidy(&mut pick.raw);
            tidy(&mut pick.label);
        }),
        Reply::LookUp(Ok(found)) => {
            found.connection.iter_mut().for_each(connection);
            found.party.iter_mut().for_each(party);
            found.customer_ref.iter_mut().for_each(tidy);
        }
        Reply::Plant(_, Ok(Some(plant))) => {
            let words = [&mut plant.address, &mut plant.postcode, &mut plant.city];
            words.into_iter().for_each(tidy);
        }
        Reply::Meters(Ok(found)) => at_address(found),
        Reply::Board(Ok(found)) => board(found),
        Reply::Signals(_, Ok(register)) => {
            for party in &mut register.parties {
                tidy(&mut party.party);
                tidy(&mut party.party_gln);
            }
        }
        Reply::OnTimeCases(Ok(cases)) => {
            for case in cases {
                tidy(&mut case.case_no);
            }
        }
        Reply::Clusters(Ok(page)) => page.clusters.iter_mut().for_each(|one| {
            tidy(&mut one.pattern);
            one.codes.iter_mut().for_each(tidy);
        }),
        Reply::Cluster(Ok(page)) => page.findings.iter_mut().for_each(|one| {
            row(&mut one.row);
            finding(&mut one.finding);
        }),
        Reply::Registers(_, Ok(answer)) => answer.sides.iter_mut().for_each(register),
        Reply::Updates(Ok(page)) => page.updates.iter_mut().for_each(update),
        Reply::Drafts(Ok(rows)) => rows.iter_mut().for_each(draft),
        Reply::Find(Ok(Told::Filters(filters))) => filters.iter_mut().for_each(|it| {
            tidy(&mut it.name);
            tidy(&mut it.line);
            tidy(&mut it.by);
        }),
        Reply::Names(names) => names.iter_mut().for_each(tidy),
        other => other.error_mut().into_iter().for_each(said),
    }
}

fn at_address(found: &mut AtAddress) {
    for meter in &mut found.meters {
        tidy(&mut meter.meter_number);
        tidy(&mut meter.ean);
        tidy(&mut meter.address);
        tidy(&mut meter.operator);
    }
    for bare in &mut found.bare {
        tidy(&mut bare.ean);
        tidy(&mut bare.operator);
        tidy(&mut bare.address);
    }
    found.houses.iter_mut().flatten().for_each(tidy);
}

/// Clean what comes with the beat.
pub fn pulse(pulse: &mut Pulse) {
    for event in &mut pulse.events {
        tidy(&mut event.kind);
        event.agent.iter_mut().for_each(tidy);
    }
    for one in &mut pulse.presence {
        tidy(&mut one.name);
    }
    for notice in &mut pulse.notices {
        tidy(&mut notice.case_no);
        tidy(&mut notice.kind);
        notice.who.iter_mut().for_each(tidy);
        notice.line.iter_mut().for_each(tidy);
    }
}

fn said(error: &mut StoreError) {
    match error {
        StoreError::Offline(text) | StoreError::Bug(text) | StoreError::NotAnAgent(text) => {
            tidy(text);
        }
        StoreError::LeaseLost {
            holder: Some(holder),
        } => tidy(holder),
        StoreError::Refused(refusal) => refusal.args.values_mut().for_each(tidy),
        _ => {}
    }
}

fn board(board: &mut Board) {
    if let Some(progress) = &mut board.wash {
        for milestone in &mut progress.milestones {
            tidy(&mut milestone.name);
        }
    }
    board.nearest.iter_mut().for_each(row);
    board.raised.iter_mut().for_each(|case| row(&mut case.row));
    for person in &mut board.people {
        tidy(&mut person.name);
        person.holds.iter_mut().for_each(|held| row(&mut held.row));
    }
}

fn limits(queue: &mut QueueLimits) {
    queue
        .agents
        .iter_mut()
        .for_each(|agent| tidy(&mut agent.name));
    queue.set.iter_mut().for_each(|set| tidy(&mut set.by));
}

fn me(me: &mut Me) {
    tidy(&mut me.name);
}

fn row(row: &mut CaseRow) {
    tidy(&mut row.case_no);
    tidy(&mut row.subject);
    row.holder.iter_mut().for_each(tidy);
}

fn case(loaded: &mut Loaded) {
    detail(&mut loaded.detail);
    for line in &mut loaded.timeline {
        line.agent.iter_mut().for_each(tidy);
    }
}

fn detail(detail: &mut CaseDetail) {
    row(&mut detail.row);
    detail.customer.iter_mut().for_each(customer);
    detail.connection.iter_mut().for_each(connection);
    detail.party.iter_mut().for_each(party);
    detail.related.iter_mut().for_each(related);
    detail.linked.iter_mut().for_each(related);
    detail.handover.iter_mut().for_each(tidy);
    if let Some(found) = &mut detail.finding {
        finding(found);
    }
    if let Some(undo) = &mut detail.undo {
        tidy(&mut undo.agent);
        let stands = undo.stands.iter_mut();
        stands.for_each(|refusal| refusal.args.values_mut().for_each(tidy));
    }
    for text in detail.texts.values_mut() {
        *text = clean::lines(text);
    }
    detail.drafts.iter_mut().for_each(draft);
    for document in &mut detail.documents {
        tidy(&mut document.name);
        tidy(&mut document.kind);
    }
    for message in &mut detail.messages {
        message.error.iter_mut().for_each(tidy);
    }
}

fn finding(found: &mut FindingCard) {
    let words = [
        &mut found.code,
        &mut found.side,
        &mut found.proposal,
        &mut found.file_ref,
        &mut found.origin,
    ];
    words.into_iter().for_each(tidy);
    let maybe = [&mut found.fault, &mut found.computed, &mut found.newer];
    maybe.into_iter().flatten().for_each(tidy);
    let rows = found.grid.iter_mut().chain(&mut found.supply);
    rows.chain(&mut found.register).for_each(evidence);
}

fn update(one: &mut WaitingUpdate) {
    tidy(&mut one.reference);
    tidy(&mut one.point);
    tidy(&mut one.supplier);
    one.case_no.iter_mut().for_each(tidy);
    let rows = one.ours.iter_mut().chain(&mut one.theirs);
    rows.for_each(evidence);
}

fn register(side: &mut Side) {
    tidy(&mut side.side);
    evidence(&mut side.held);
    match &mut side.said {
        Said::One(row) => evidence(row),
        Said::Firms(rows) => rows.iter_mut().for_each(evidence),
        Said::Away(_, args) => args.iter_mut().for_each(|(_, value)| tidy(value)),
        _ => {}
    }
}

fn evidence(row: &mut EvidenceRow) {
    let words = [
        &mut row.customer_ref,
        &mut row.kind,
        &mut row.name,
        &mut row.number,
        &mut row.birth,
        &mut row.address,
        &mut row.valid_from,
        &mut row.valid_to,
        &mut row.deceased_on,
        &mut row.condition,
    ];
    words.into_iter().for_each(tidy);
}

/// What was typed is cleaned again: another program may have written the row.
fn draft(row: &mut DraftRow) {
    row.case_no.iter_mut().for_each(tidy);
    row.process.iter_mut().for_each(tidy);
    row.owner.iter_mut().for_each(tidy);
    tidy(&mut row.form);
    for (key, raw) in &mut row.body.answers {
        tidy(key);
        *raw = clean::lines(raw);
    }
}

fn customer(card: &mut CustomerCard) {
    let fields = [
        &mut card.customer_ref,
        &mut card.name,
        &mut card.phone,
        &mut card.email,
        &mut card.postcode,
        &mut card.house_number,
    ];
    fields.into_iter().for_each(tidy);
}

fn connection(card: &mut ConnectionCard) {
    let fields = [
        &mut card.ean,
        &mut card.street,
        &mut card.house_number,
        &mut card.postcode,
        &mut card.city,
        &mut card.grid_operator,
        &mut card.grid_area,
    ];
    fields.into_iter().for_each(tidy);
    card.meters
        .iter_mut()
        .for_each(|meter| tidy(&mut meter.meter_number));
    card.contracts
        .iter_mut()
        .for_each(|contract| tidy(&mut contract.party));
}

fn party(card: &mut PartyCard) {
    tidy(&mut card.gln);
    tidy(&mut card.name);
    for contact in &mut card.contacts {
        let fields = [&mut contact.name, &mut contact.email, &mut contact.phone];
        fields.into_iter().for_each(tidy);
    }
}

fn related(case: &mut RelatedCase) {
    tidy(&mut case.case_no);
}
