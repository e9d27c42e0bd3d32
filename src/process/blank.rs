//! What a line of a table says when it says nothing.

use super::{Action, By, From, To};

impl Action {
    /// A line to begin with: a holder does it, it asks and does nothing and leads nowhere.
    pub(super) const BLANK: Self = Self {
        key: "",
        from: From::In(&[]),
        to: To::Same,
        by: By::Holder,
        rules: &[],
        fields: &[],
        form: None,
        guards: &[],
        effects: &[],
    };
}
