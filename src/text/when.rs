//! The words of a language for days and times (`when.*`, several joined by `|`), as the parser of
//! such words takes them.

use super::Texts;
use crate::domain::fold::fold;
use crate::domain::when::Words;

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The words of that language.
pub fn words(texts: &Texts) -> Words {
    let list = |key: &str| {
        let words = texts.get(key).split('|');
        words.map(|word| fold(word.trim())).collect()
    };
    Words {
        today: list("when.today"),
        tomorrow: list("when.tomorrow"),
        after: list("when.after"),
        yesterday: list("when.yesterday"),
        weekdays: WEEKDAYS.map(|day| list(&format!("when.weekday.{day}"))),
        within: list("when.in"),
        at: list("when.at"),
        minutes: list("when.minutes"),
        hours: list("when.hours"),
        days: list("when.days"),
        weeks: list("when.weeks"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::when::{Lean, typed};
    use crate::text::LANGUAGES;
    use chrono::TimeZone as _;
    use chrono_tz::Tz;

    /// A Sunday noon.
    fn meant(lang: &str, said: &str) -> Option<String> {
        let now = Tz::Europe__Amsterdam.with_ymd_and_hms(2026, 11, 22, 12, 0, 0);
        let words = words(&Texts::load(lang));
        words.instant(said, now.unwrap(), Lean::Ahead).map(typed)
    }

    #[test]
    fn each_language_has_its_own_words() {
        for (lang, said, at) in [
            ("en", "tomorrow 9:30", "2026-11-23 09:30"),
            ("en", "in 2 hours", "2026-11-22 14:00"),
            ("en", "Wed at 8", "2026-11-25 08:00"),
            ("nl", "morgen 9:30", "2026-11-23 09:30"),
            ("nl", "overmorgen om 8u", "2026-11-24 08:00"),
            ("nl", "over 2 uur", "2026-11-22 14:00"),
            ("nl", "vrijdag 16u30", "2026-11-27 16:30"),
        ] {
            assert_eq!(meant(lang, said).as_deref(), Some(at), "{lang} {said}");
        }
        assert_eq!(meant("nl", "tomorrow 9:30"), None);
    }

    /// No word of a language means two things.
    #[test]
    fn no_word_means_two_things() {
        for lang in LANGUAGES {
            let words = words(&Texts::load(lang));
            let days = [
                &words.today,
                &words.tomorrow,
                &words.after,
                &words.yesterday,
            ];
            let units = [&words.minutes, &words.hours, &words.days, &words.weeks];
            for group in [
                days.to_vec(),
                words.weekdays.iter().collect(),
                units.to_vec(),
            ] {
                let all: Vec<&String> = group.into_iter().flatten().collect();
                let once: std::collections::BTreeSet<_> = all.iter().collect();
                assert_eq!(once.len(), all.len(), "{lang}: {all:?}");
                assert!(all.iter().all(|word| !word.starts_with("when.")), "{lang}");
            }
        }
    }
}
