//! The messages that a transition can send. A table: the outbox learns from it to whom a message
//! goes; who exactly that is is looked up at delivery, never taken from a client (decision 6).
//!
//! This module must not know: addresses, templates, how a message travels.

use serde::{Deserialize, Serialize};

use super::Key;

/// To whom or to what a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Addressee {
    /// The market party, at its contacts of the group of GT-26.
    Party,
    /// The port through which smart meters are read (P4).
    Port,
    /// The system that keeps the allocation method of a connection.
    Allocation,
    /// The connected customer.
    Customer,
    /// Whoever brought the signal (GT-05).
    Source,
    /// The regulator ACM.
    Acm,
    /// The lead of the queue.
    Supervisor,
    /// The register of connections and what is checked of them.
    Connections,
    /// The payment service.
    Payments,
    /// The systems of the grid operator: connections, meters, installations.
    Domain,
    /// The work-order management of the technicians.
    WorkOrders,
    /// The installer of a notification.
    Installer,
    /// The supplier of a metering point and the central tool, by the messages of the market.
    Market,
    /// A provider of energy services, at whatever address is known.
    Provider,
}

/// One kind of message.
#[derive(Debug)]
pub struct Message {
    /// Its name; texts: `message.<kind>`.
    pub kind: Key,
    /// To whom.
    pub to: Addressee,
    /// The rule that asks for it, or empty.
    pub rule: &'static str,
    /// It leaves with the change itself and waits for no grace of taking back: what protects a
    /// customer, and what somebody waits for on the telephone.
    pub at_once: bool,
}

const fn message(kind: Key, to: Addressee, rule: &'static str) -> Message {
    Message {
        kind,
        to,
        rule,
        at_once: false,
    }
}

const fn at_once(kind: Key, to: Addressee, rule: &'static str) -> Message {
    Message {
        at_once: true,
        ..message(kind, to, rule)
    }
}

/// Every kind of message there is.
pub static MESSAGES: &[Message] = &[
    at_once("block", Addressee::Port, "GT-11"),
    message("lift_block", Addressee::Port, "GT-23"),
    at_once("allocation_zero", Addressee::Allocation, "GT-16"),
    message("allocation_profile", Addressee::Allocation, "GT-15"),
    message("allocation_isma", Addressee::Allocation, "GT-20"),
    message("request_proof", Addressee::Party, "GT-14"),
    message("signal_notice", Addressee::Party, "GT-10"),
    message("ask_more", Addressee::Party, "GT-14"),
    message("proof_rejected", Addressee::Party, "GT-15"),
    message("no_proof", Addressee::Party, "GT-32"),
    message("restart_required", Addressee::Party, "GT-24"),
    message("unblocked_party", Addressee::Party, "GT-21"),
    message("unblocked_source", Addressee::Source, "GT-30"),
    message("unblocked_customer", Addressee::Customer, "GT-30"),
    message("closed_party", Addressee::Party, "GT-30"),
    message("closed_customer", Addressee::Customer, "GT-30"),
    message("acm_notice", Addressee::Acm, "GT-19"),
    message("supervisor_alert", Addressee::Supervisor, "GT-08"),
    at_once("check_connection", Addressee::Connections, "PRIO-15"),
    at_once("payment_create", Addressee::Payments, "PRIO-31"),
    at_once("payment_cancel", Addressee::Payments, "PRIO-31"),
    at_once("payment_refund", Addressee::Payments, "PRIO-31"),
    at_once("payment_refund_again", Addressee::Payments, "PRIO-31"),
    at_once("payment_refund_other", Addressee::Payments, "PRIO-31"),
    message("order_domain", Addressee::Domain, "PRIO-34"),
    message("order_change_domain", Addressee::Domain, "PRIO-06"),
    message("order_cancel_domain", Addressee::Domain, "PRIO-06"),
    message("order_gsa", Addressee::WorkOrders, "PRIO-07"),
    message("order_change_gsa", Addressee::WorkOrders, "PRIO-07"),
    message("order_cancel_gsa", Addressee::WorkOrders, "PRIO-07"),
    message("payment_link", Addressee::Customer, "PRIO-04"),
    message("prio_confirmed", Addressee::Customer, "PRIO-33"),
    message("prio_cancelled", Addressee::Customer, "PRIO-31"),
    message("prio_ended_not_our_grid", Addressee::Customer, "PRIO-27"),
    message("prio_ended_already_smart", Addressee::Customer, "PRIO-25"),
    message("prio_ended_not_feasible", Addressee::Customer, "PRIO-24"),
    message("prio_ended_wait_for_gsa", Addressee::Customer, "PRIO-26"),
    message("installation_data", Addressee::Domain, "TLM-11"),
    message("tlm_confirmed", Addressee::Customer, "TLM-15"),
    message("tlm_ended_not_our_grid", Addressee::Customer, "TLM-17"),
    message("tlm_ended_suitable", Addressee::Customer, "TLM-11"),
    message("tlm_ended_not_feasible", Addressee::Customer, "TLM-17"),
    message("order_installation", Addressee::WorkOrders, "ELS-31"),
    message("els_permit", Addressee::Installer, "ELS-31"),
    message("els_returned", Addressee::Installer, "ELS-31"),
    message("els_reminder", Addressee::Installer, "ELS-31"),
    message("els_rejected", Addressee::Installer, "ELS-31"),
    message("els_expired", Addressee::Installer, "ELS-31"),
    message("master_data_update", Addressee::Market, "DW-BAS-11"),
    message("update_rejected", Addressee::Market, "DW-BAS-12"),
    message("takeover_confirmed", Addressee::Market, "DW-A01-9"),
    message("takeover_rejected", Addressee::Market, "DW-A01-13"),
    message("counterpart_missing", Addressee::Market, "DW-A04-4"),
    message("point_resubmitted", Addressee::Market, "DW-BAS-05"),
    message("wash_ask_identity", Addressee::Customer, "DW-I01-12"),
    message("wash_reminder", Addressee::Customer, "DW-I01-17"),
    message("wash_d_number", Addressee::Customer, "DW-I01-15"),
    message("wash_register", Addressee::Customer, "DW-I02-9"),
    message("wash_takeover", Addressee::Customer, "DW-I04-4"),
    message("wash_termination", Addressee::Customer, "DW-A01-11"),
    message("contract_to_sign", Addressee::Provider, "FLU-16"),
    message("contract_active", Addressee::Provider, "FLU-17"),
    message("contract_refused", Addressee::Provider, "FLU-17"),
    message("sharing_approved", Addressee::Customer, "FLU-24"),
    message("sharing_rejected", Addressee::Customer, "FLU-24"),
    message("sharing_renewal", Addressee::Customer, "FLU-28"),
    message("sharing_ended", Addressee::Provider, "FLU-32"),
    message("sharing_end_refused", Addressee::Provider, "FLU-32"),
    message("sharing_evidence", Addressee::Provider, "FLU-24"),
    message("offender_contact", Addressee::Party, "GT-17"),
    message("offender_report", Addressee::Acm, "GT-18"),
];

/// The message of that kind.
pub fn find(kind: &str) -> Option<&'static Message> {
    MESSAGES.iter().find(|message| message.kind == kind)
}
