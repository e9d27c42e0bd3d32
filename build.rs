//! Migrations are embedded at compile time; a new one must rebuild the crate. The texts of each
//! language become one table: nothing is parsed, and nothing allocated, when the program starts.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

const LANGUAGES: [&str; 4] = ["en", "nl", "nb", "sv"];

type Words = BTreeMap<String, String>;

/// What the table begins with.
const HEAD: &str = "#[expect(clippy::unreadable_literal, reason = \"places in a text\")]
static WORDS: [(&str, Packed); 4] = [\n";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=migrations");
    println!("cargo:rerun-if-changed=assets/text");
    let mut code = String::from(HEAD);
    for lang in LANGUAGES {
        let words = words(&Path::new("assets/text").join(lang))?;
        packed(&mut code, lang, &words)?;
    }
    code.push_str("];\n");
    #[expect(clippy::disallowed_methods, reason = "cargo says so where to")]
    let folder = std::env::var("OUT_DIR")?;
    Ok(fs::write(Path::new(&folder).join("words.rs"), code)?)
}

/// All keys and words of a language: one file per area, all keys in one name space.
fn words(folder: &Path) -> Result<Words, Box<dyn Error>> {
    let mut words = Words::new();
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        // beside them may lie what an editor keeps
        if path.extension().is_none_or(|end| end != "toml") {
            continue;
        }
        let text = fs::read_to_string(&path);
        let text = text.map_err(|error| format!("{}: {error}", path.display()))?;
        let table = text.parse::<toml::Table>();
        let table = table.map_err(|error| format!("{}: {error}", path.display()))?;
        gather("", table, &mut words).map_err(|key| format!("{}: {key}", path.display()))?;
    }
    Ok(words)
}

fn gather(prefix: &str, table: toml::Table, words: &mut Words) -> Result<(), String> {
    for (name, value) in table {
        let key = if prefix.is_empty() {
            name
        } else {
            format!("{prefix}.{name}")
        };
        let text = match value {
            toml::Value::Table(inner) => {
                gather(&key, inner, words)?;
                continue;
            }
            toml::Value::String(text) => text,
            other => other.to_string(),
        };
        if words.contains_key(&key) {
            return Err(format!("{key} stands in two places"));
        }
        words.insert(key, text);
    }
    Ok(())
}

/// One text with a key and its words by turns, and where each begins and ends.
fn packed(code: &mut String, lang: &str, words: &Words) -> Result<(), std::fmt::Error> {
    let (mut text, mut places) = (String::new(), String::new());
    for (key, said) in words {
        let from = text.len();
        text.push_str(key);
        let middle = text.len();
        text.push_str(said);
        write!(places, "({from}, {middle}, {}), ", text.len())?;
    }
    writeln!(
        code,
        "({lang:?}, Packed {{ text: {text:?}, places: &[{places}] }}),"
    )
}
