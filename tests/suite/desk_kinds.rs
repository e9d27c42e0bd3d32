//! One engine for all kinds of fields: each is asked, read, said back, kept, and taken back and done
//! again in the field. Whatever is typed or pasted, the form goes on to work.

use loket::desk::editor::{Edit, Lines};
use loket::desk::form::read::Reading;
use loket::desk::form::{Ask, Entry, build};
use loket::desk::key::Input;
use loket::desk::screen::Layer;
use loket::desk::{Effect, Msg};
use loket::domain::country::Country;
use loket::process::Required;
use loket::process::engine::Answer;
use loket::process::field::{Field, FieldKind, Value};
use proptest::prelude::*;

use crate::support::desk::Script;

static FIELDS: [Field; 19] = [
    Field::optional("line", FieldKind::Line),
    Field::optional("note", FieldKind::Note),
    Field::optional("channel", FieldKind::Choice(&["phone", "email"])),
    Field::optional("data_breach_seen", FieldKind::YesNo),
    Field::optional("promise_at", FieldKind::Instant),
    Field::optional("mandate_date", FieldKind::Date),
    Field::optional("time", FieldKind::Time),
    Field::optional("money", FieldKind::Money),
    Field::optional("ean", FieldKind::Ean),
    Field::optional("party_gln", FieldKind::Party),
    Field::optional("contact", FieldKind::Contact),
    Field::optional("customer_ref", FieldKind::Customer),
    Field::optional("code", FieldKind::Code),
    Field::optional("promise_no", FieldKind::Run("promise")),
    Field::optional("eans", FieldKind::List(&FieldKind::Ean)),
    Field::optional("amounts", FieldKind::List(&FieldKind::Money)),
    Field::optional("days", FieldKind::List(&FieldKind::Date)),
    Field::optional("lines", FieldKind::List(&FieldKind::Line)),
    Field::optional("choices", FieldKind::List(&FieldKind::Choice(&["a", "b"]))),
];

fn field(key: &str) -> &'static Field {
    FIELDS.iter().find(|field| field.key == key).unwrap()
}

fn entry(script: &Script, field: &'static Field) -> Entry {
    build::of_field(&script.model.world, field, None)
}

/// What the engine is given for what stands in the entry.
fn read(script: &Script, field: &Field, entry: &Entry) -> Result<Answer, String> {
    let reading = Reading::new(&script.model.world, "doubt", script.now);
    let read = field.parse(&reading.plain(entry), reading.country);
    read.map_err(|refusal| loket::desk::preview::refusal(&script.model.world, &refusal))
}

fn typed(key: &str, text: &str) -> Result<Answer, String> {
    let script = Script::new(80, 24);
    let mut entry = entry(&script, field(key));
    entry.type_in(text);
    read(&script, field(key), &entry)
}

fn code(text: &str) -> Answer {
    Answer::Value(Value::Code(text.into()))
}

#[test]
fn every_kind_is_asked_in_one_way() {
    let script = Script::new(80, 24);
    for field in &FIELDS {
        let entry = entry(&script, field);
        let lines = match &entry.ask {
            Ask::Choice(picks, at) => {
                assert!(!picks.is_empty() && at.is_none(), "{}", field.key);
                continue;
            }
            Ask::Text(editor) | Ask::Look(editor, _) => editor.lines(),
        };
        let is_long = matches!(field.kind, FieldKind::Note | FieldKind::List(_));
        assert_eq!(lines == Lines::Many, is_long, "{}", field.key);
        assert_eq!(entry.required, Required::No);
    }
}

/// Friday 20 November 2026, 14:07 in Amsterdam.
#[test]
fn what_people_type_becomes_what_the_engine_takes() {
    assert_eq!(typed("time", "9u30"), Ok(code("09:30")));
    assert_eq!(typed("money", "\u{20ac} 1.250,5"), Ok(code("EUR 1250.50")));
    assert_eq!(typed("mandate_date", "yesterday"), Ok(code("2026-11-19")));
    assert_eq!(typed("mandate_date", "1-11"), Ok(code("2026-11-01")));
    assert_eq!(
        typed("amounts", "12\n\n 3,50 "),
        Ok(Answer::Value(Value::List(vec![
            Value::Code("EUR 12.00".into()),
            Value::Code("EUR 3.50".into()),
        ])))
    );
    assert_eq!(
        typed("days", "2026-11-01\nyesterday"),
        Ok(Answer::Value(Value::List(vec![
            Value::Code("2026-11-01".into()),
            Value::Code("2026-11-19".into()),
        ])))
    );
}

/// In plain words, at the field; of a list the line.
#[test]
fn what_cannot_be_read_is_said_in_plain_words() {
    for (key, text, said) in [
        ("time", "25:00", "no time of day"),
        ("money", "a lot", "no amount of money"),
        ("money", "1,234", "two digits behind the comma"),
        ("money", "12 kr", "another currency"),
        ("amounts", "12\nmany", "line 2 (many):"),
        ("amounts", "12\nmany", "no amount of money"),
        ("eans", "871687900400000374\n12", "line 2 (12):"),
        ("choices", "a\nc", "line 2 (c):"),
    ] {
        let told = typed(key, text).unwrap_err();
        assert!(told.contains(said), "{key} {text}: {told}");
        assert!(!told.contains("refusal.") && !told.contains('{'), "{told}");
    }
    let long = vec!["12"; 51].join("\n");
    assert!(typed("amounts", &long).unwrap_err().contains("50"));
}

/// Several lines pasted: joined in a line, an entry a line in a list, kept in a note.
#[test]
fn a_paste_of_lines_goes_where_it_belongs() {
    let script = Script::new(80, 24);
    let pasted = |key: &str| {
        let mut entry = entry(&script, field(key));
        entry.type_in("a\r\n\tb\r\n");
        entry.raw().to_owned()
    };
    assert_eq!(pasted("line").trim_end(), "a  b");
    assert_eq!(pasted("note").lines().count(), 2);
    let list = pasted("choices");
    let mut entry = entry(&script, field("choices"));
    entry.set(&list);
    let values = vec![Value::Code("a".into()), Value::Code("b".into())];
    let read = read(&script, field("choices"), &entry);
    assert_eq!(read, Ok(Answer::Value(Value::List(values))));
}

#[test]
fn what_does_not_fit_is_told() {
    let mut script = Script::new(80, 24);
    script.keys("P tab");
    script.send(Msg::Input(Input::Paste("x".repeat(300))));
    let said = script.model.world.toasts.shown(script.now).unwrap();
    assert!(said.text.contains("200"), "{}", said.text);
}

#[test]
fn a_field_takes_back_and_does_again() {
    let mut script = Script::new(80, 24);
    script.keys("P tab").text("call her");
    script.keys("ctrl-y");
    let raw = |script: &Script| match script.model.layers.last() {
        Some(Layer::Form(form)) => form.entries[1].raw().to_owned(),
        other => panic!("{other:?}"),
    };
    assert_eq!(raw(&script), "call ");
    script.keys("ctrl-r");
    assert_eq!(raw(&script), "call her");
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,12}",
        "[0-9:., +hm\n-]{0,16}",
        Just("871687900400000374\n871687900400000374".to_owned()),
        Just("tomorrow 9:30\n\u{1b}[31m!16:00 x\r\n".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever happens in a field: the cursor stands in the text, the answer is read or refused in
    /// words, and what is read is taken by the engine as it stands.
    #[test]
    fn no_field_breaks(steps in proptest::collection::vec((0usize..22, text()), 0..24)) {
        let script = Script::new(80, 24);
        for field in &FIELDS {
            let mut entry = entry(&script, field);
            for (step, text) in &steps {
                match (Edit::ALL.get(*step), step) {
                    (Some(edit), _) => entry.edit(*edit),
                    (None, 15) => entry.step(1),
                    (None, 16) => entry.set(text),
                    (None, 17) => entry.clear(),
                    (None, _) => _ = entry.type_in(text),
                }
                prop_assert!(entry.raw().is_char_boundary(entry.cursor()));
            }
            let kept = entry.raw().to_owned();
            match read(&script, field, &entry) {
                Err(said) => {
                    let is_whole = ["{field}", "{why}", "{given}", "{max}", "refusal."];
                    prop_assert!(!is_whole.iter().any(|part| said.contains(part)), "{}", said);
                }
                Ok(Answer::Free(_)) => {}
                Ok(Answer::Value(value)) => {
                    prop_assert!(value.all().len() <= 50);
                    // what is stored is read back as the same
                    let json = serde_json::to_value(&value).unwrap();
                    prop_assert_eq!(serde_json::from_value::<Value>(json).unwrap(), value);
                }
            }
            // a draft of it is the same answer
            let mut again = build::of_field(&script.model.world, field, None);
            prop_assert!(again.accept(&kept));
            prop_assert_eq!(again.raw(), kept);
        }
    }

    /// Keys and pastes in a whole form: it is drawn at every size, and can be left and taken up again
    /// with all that was typed.
    #[test]
    fn no_form_breaks(
        steps in proptest::collection::vec((0usize..14, text()), 0..20),
        way in 0usize..4,
    ) {
        let keys = [
            "tab", "shift-tab", "down", "up", "left", "ctrl-y", "ctrl-r", "ctrl-w", "ctrl-s",
            "backspace",
        ];
        let mut script = Script::new(59, 17);
        for key in ["t", "P", "z", "o 1"][way].split(' ') {
            script.keys(key);
        }
        for (step, text) in steps {
            match keys.get(step) {
                Some(key) => { script.keys(key); }
                None => script.send(Msg::Input(Input::Paste(text))),
            }
            let _ = script.screen();
            let ends = |effect: &Effect| matches!(effect, Effect::Quit | Effect::Redraw);
            script.effects.retain(|effect| !ends(effect));
            script.answer_all();
        }
        let typed = |script: &Script| match script.model.layers.last() {
            Some(Layer::Form(form)) => Some(form.body().answers),
            _ => None,
        };
        let Some(_) = typed(&script) else { return Ok(()) };
        script.keys("esc");
        if let Some(Layer::Form(_)) = script.model.layers.last() {
            script.keys("esc");
        }
        prop_assert!(!matches!(script.model.layers.last(), Some(Layer::Form(_))));
    }
}

/// Amounts are those of the country of the process, whatever the language.
#[test]
fn money_is_of_the_country() {
    let field = Field::always("money", FieldKind::Money);
    let read = |country| field.parse("12,50", country).unwrap();
    assert_eq!(read(Country::Nl), code("EUR 12.50"));
    assert_eq!(read(Country::No), code("NOK 12.50"));
    assert_eq!(read(Country::Se), code("SEK 12.50"));
    assert_eq!(read(Country::Be), code("EUR 12.50"));
}
