//! Another language while the desk runs: from the next frame on all is said in it.

use std::sync::Arc;

use super::model::Model;
use crate::text::{LANGUAGES, Texts};

/// Speak that language from now on. `false` when there is none of that name: then nothing changed.
pub fn switch(model: &mut Model, lang: &str) -> bool {
    if !LANGUAGES.contains(&lang) {
        return false;
    }
    model.world.texts = Arc::new(model.keymap.spell(&Texts::load(lang)));
    true
}
