//! The lines of the table. Anything that is not listed is refused.

use super::needed::NEEDED;
use super::{WRITING, fields, plant, work};
use crate::process::{Action, By, Cond, Effect, From, Guard, Since, To};

pub(super) const ACTIONS: &[Action] = &[
    plant::FETCH,
    plant::UPDATE_AND_CLOSE,
    plant::CLEAR,
    plant::VERIFIED,
    EDIT,
    EDIT_OWNER,
    COPY_OWNER,
    EDIT_PAYER,
    SAVE_AND_SEND,
    SAVE,
    SUBMIT,
    KEEP,
    DELETE,
    NOTE,
    RETURN_INCOMPLETE,
    ANSWER_OVERDUE,
    REMIND,
    RESUBMIT,
    APPROVE,
    REJECT,
    REJECT_RETURNED,
    COMPLETION_RECEIVED,
    COMPLETION_RETURNED,
    ENERGISED,
    PERMIT_EXPIRED,
    work::STATUS,
    work::STATUS_LATE,
    work::DONE,
    work::DONE_LATE,
    work::NOT_DONE,
    work::NOT_DONE_EARLY,
    work::NOT_DONE_LATE,
    work::ORDER_AGAIN,
    work::UNDELIVERED,
    work::UNDELIVERED_LATE,
];

/// A line to begin with: a step of the installer.
pub(super) const fn installer(key: &'static str, from: From, to: To) -> Action {
    Action {
        key,
        from,
        to,
        by: By::Installer,
        rules: &[],
        fields: &[],
        guards: &[],
        effects: &[],
        form: None,
    }
}

/// A line to begin with: a step of the grid company.
const fn company(key: &'static str, from: &'static str, to: &'static str) -> Action {
    Action {
        by: By::Holder,
        rules: &["ELS-31"],
        ..installer(
            key,
            match from.as_bytes()[0] {
                b'f' => From::In(&["for_approval"]),
                b'a' => From::In(&["approved"]),
                b'r' => From::In(RETURNED),
                b'u' => From::In(&["unanswered"]),
                _ => From::In(&["completed_notice"]),
            },
            To::State(to),
        )
    }
}

const KEPT_PLANT: [Effect; fields::PLANT.len()] = keeps(fields::PLANT);
const KEPT_OWNER: [Effect; fields::OWNER.len()] = keeps(fields::OWNER);
const KEPT_PAYER: [Effect; fields::PAYER.len()] = keeps(fields::PAYER);

const fn keeps<const N: usize>(fields: [&'static crate::process::Field; N]) -> [Effect; N] {
    let mut all = [Effect::Keep(""); N];
    let mut at = 0;
    while at < N {
        all[at] = Effect::Keep(fields[at].key);
        at += 1;
    }
    all
}

/// The plant and the work.
const EDIT: Action = Action {
    rules: &["ELS-21", "ELS-25"],
    fields: &fields::PLANT,
    effects: &KEPT_PLANT,
    ..installer("edit", From::In(WRITING), To::Same)
};

const EDIT_OWNER: Action = Action {
    rules: &["ELS-21", "ELS-22", "ELS-24"],
    fields: &fields::OWNER,
    effects: &KEPT_OWNER,
    ..installer("edit_owner", From::In(WRITING), To::Same)
};

const EDIT_PAYER: Action = Action {
    rules: &["ELS-21", "ELS-22", "ELS-24"],
    fields: &fields::PAYER,
    effects: &KEPT_PAYER,
    ..installer("edit_payer", From::In(WRITING), To::Same)
};

const COPY_OWNER: Action = Action {
    rules: &["ELS-23"],
    guards: &[Guard::Holds(
        Cond::Known("owner_kind"),
        "no_owner_yet",
        "ELS-23",
    )],
    effects: &[
        Effect::Copy("payer_kind", "owner_kind"),
        Effect::Copy("payer_name", "owner_name"),
        Effect::Copy("payer_org_no", "owner_org_no"),
        Effect::Copy("payer_last_name", "owner_last_name"),
        Effect::Copy("payer_first_name", "owner_first_name"),
        Effect::Copy("payer_personal_no", "owner_personal_no"),
        Effect::Copy("payer_birth_date", "owner_birth_date"),
        Effect::Copy("payer_attention", "owner_attention"),
        Effect::Copy("payer_address", "owner_address"),
        Effect::Copy("payer_postcode", "owner_postcode"),
        Effect::Copy("payer_city", "owner_city"),
        Effect::Copy("payer_phone", "owner_phone"),
        Effect::Copy("payer_email", "owner_email"),
        // that of whoever paid before; an owner has none
        Effect::Clear("payer_invoice_ref"),
    ],
    ..installer("copy_owner_to_payer", From::In(WRITING), To::Same)
};

/// Returned, answered or not: the installer mends it in both.
const RETURNED: &[&str] = &["returned", "unanswered"];
const UNSENT: From = From::In(&["unsent"]);
const MAY_BE_SENT: [Guard; 2] = [
    Guard::Filled(NEEDED, "ELS-28"),
    Guard::Holds(
        Cond::Yes("customer_verified"),
        "customer_not_verified",
        "ELS-20",
    ),
];
const SENT: [Effect; 2] = [
    Effect::Set("submitted", "yes"),
    Effect::Start("handle_10wd", Since::Now),
];

/// What was written is stored at every step; saving asks whether to send it (ELS-26, ELS-27).
const SAVE: Action = Action {
    rules: &["ELS-25", "ELS-26", "ELS-27", "ELS-29"],
    fields: fields::SAVE,
    guards: &[Guard::Holds(
        Cond::None(&[Cond::Yes("send_now")]),
        "sent_by_other_line",
        "ELS-27",
    )],
    effects: &[Effect::Count("saved")],
    ..installer("save", UNSENT, To::Same)
};

const SAVE_AND_SEND: Action = Action {
    rules: &["ELS-27", "ELS-28"],
    guards: &[
        Guard::Holds(Cond::Yes("send_now"), "kept_by_other_line", "ELS-27"),
        MAY_BE_SENT[0],
        MAY_BE_SENT[1],
    ],
    effects: &SENT,
    to: To::State("for_approval"),
    ..SAVE
};

const SUBMIT: Action = Action {
    rules: &["ELS-09", "ELS-28"],
    guards: &MAY_BE_SENT,
    effects: &SENT,
    ..installer("submit", UNSENT, To::State("for_approval"))
};

const KEEP: Action = Action {
    rules: &["ELS-29"],
    effects: &[Effect::Count("kept")],
    ..installer("keep", UNSENT, To::Same)
};

/// What came by file and incomplete has no clock, but the table cannot know.
const DELETE: Action = Action {
    rules: &["ELS-09"],
    effects: &[Effect::Cancel("handle_10wd")],
    ..installer("delete", UNSENT, To::State("closed_deleted"))
};

/// Read by both sides (ELS-09).
const NOTE: Action = Action {
    rules: &["ELS-09"],
    fields: fields::NOTED,
    ..installer("installer_note", From::Live, To::Same)
};

const RETURN_INCOMPLETE: Action = Action {
    fields: fields::REASONED,
    effects: &[
        Effect::Keep("reason"),
        Effect::Pause("handle_10wd"),
        Effect::Start("answer_20wd", Since::Now),
        Effect::Send("els_returned"),
    ],
    ..company("return_incomplete", "for_approval", "returned")
};

/// The installer is reminded, and somebody of the grid company decides how it goes on.
const ANSWER_OVERDUE: Action = Action {
    by: By::Timer("answer_20wd"),
    effects: &[Effect::Lapse("answer_20wd"), Effect::Send("els_reminder")],
    from: From::In(&["returned"]),
    ..company("answer_overdue", "returned", "unanswered")
};

/// Another reminder and another term.
const REMIND: Action = Action {
    effects: &[
        Effect::Start("answer_20wd", Since::Now),
        Effect::Send("els_reminder"),
    ],
    ..company("remind_installer", "unanswered", "returned")
};

const RESUBMIT: Action = Action {
    rules: &["ELS-28", "ELS-31"],
    guards: &MAY_BE_SENT,
    effects: &[Effect::Cancel("answer_20wd"), Effect::Resume("handle_10wd")],
    ..installer("resubmit", From::In(RETURNED), To::State("for_approval"))
};

const APPROVE: Action = Action {
    fields: fields::APPROVED,
    effects: &[
        Effect::Stop("handle_10wd"),
        Effect::Start("permit_12m", Since::Now),
        Effect::When(Cond::Yes("work_order"), &work::ORDER),
        Effect::Send("els_permit"),
    ],
    ..company("approve", "for_approval", "approved")
};

const REJECT: Action = Action {
    fields: fields::REASONED,
    effects: &[
        Effect::Keep("reason"),
        Effect::Stop("handle_10wd"),
        Effect::Send("els_rejected"),
    ],
    ..company("reject", "for_approval", "closed_rejected")
};

/// What nobody completes ends as well.
const REJECT_RETURNED: Action = Action {
    fields: fields::REASONED,
    effects: &[
        Effect::Keep("reason"),
        Effect::Cancel("answer_20wd"),
        Effect::Send("els_rejected"),
    ],
    ..company("reject", "returned", "closed_rejected")
};

const COMPLETION_RECEIVED: Action = Action {
    rules: &["ELS-31"],
    fields: fields::COMPLETED,
    guards: &[Guard::NotFuture("completed_on")],
    effects: &[
        Effect::Keep("completed_on"),
        Effect::Cancel("permit_12m"),
        Effect::Start("energise_5wd", Since::Now),
    ],
    ..installer(
        "completion_received",
        From::In(&["approved"]),
        To::State("completed_notice"),
    )
};

/// The permit is still there; its year begins anew.
const COMPLETION_RETURNED: Action = Action {
    fields: fields::REASONED,
    effects: &[
        Effect::Keep("reason"),
        Effect::Cancel("energise_5wd"),
        Effect::Start("permit_12m", Since::Now),
        Effect::Send("els_returned"),
    ],
    ..company("return_incomplete", "completed_notice", "approved")
};

const ENERGISED: Action = Action {
    fields: fields::ENERGISED,
    guards: &[Guard::NotFuture("energised_on")],
    effects: &[
        Effect::Keep("energised_on"),
        Effect::Stop("energise_5wd"),
        Effect::Cancel("reorder_2wd"),
    ],
    ..company("energised", "completed_notice", "closed_energised")
};

const PERMIT_EXPIRED: Action = Action {
    by: By::Timer("permit_12m"),
    effects: &[
        Effect::Lapse("permit_12m"),
        Effect::Cancel("reorder_2wd"),
        Effect::Send("els_expired"),
    ],
    ..company("permit_expired", "approved", "closed_expired")
};
