//! Rows for the stage, in the text format of COPY.

use std::fmt::Write as _;

use serde_json::Value as Json;

/// Some rows.
pub type Piece = Vec<u8>;

/// A piece is sent when it has become so long, in bytes.
pub const PIECE: usize = 1 << 20;

/// The codes in the order in which they count (decision 19); what is missing but may still be found
/// stands behind what was not found.
pub const ORDER: [&str; 15] = [
    "GSRN",
    "DUPLICATE",
    "I04",
    "I02",
    "ORGNR",
    "I01",
    "FNR",
    "I03",
    "A04",
    "FILL_FNR",
    "FILL_ORGNR",
    "SPELLING",
    "A03",
    "A02",
    "A01",
];

/// The code of a row that was refused.
pub const SEEN: &str = "SEEN";

/// One finding on its way into the stage.
#[derive(Debug, Clone, PartialEq)]
pub struct Staged<'a> {
    /// The metering point, as given.
    pub point: &'a str,
    /// Code.
    pub code: &'a str,
    /// `grid`, `supply`, `both`.
    pub side: &'a str,
    /// Key of the proposal.
    pub proposal: &'a str,
    /// In per cent.
    pub confidence: u8,
    /// What it has in common with others, so that people decide once.
    pub pattern: Option<String>,
    /// Somebody of it is protected: then the evidence holds nothing of anybody.
    pub protected: bool,
    /// What both sides and the registers say.
    pub evidence: Json,
}

impl<'a> Staged<'a> {
    /// A row that was refused: its metering point is in the file, and nothing of it is closed.
    pub fn seen(point: &'a str) -> Self {
        Self {
            point,
            code: SEEN,
            side: "both",
            proposal: "",
            confidence: 0,
            pattern: None,
            protected: false,
            evidence: Json::Object(serde_json::Map::new()),
        }
    }

    /// Adds it as row `n` of a run.
    pub fn put(&self, run: i64, n: i64, out: &mut String) {
        let rank = ORDER.iter().position(|code| *code == self.code);
        let rank = rank.unwrap_or(ORDER.len());
        _ = write!(out, "{run}\t{n}\t");
        escape(self.point, out);
        let (code, side, proposal) = (self.code, self.side, self.proposal);
        _ = write!(
            out,
            "\t{code}\t{rank}\t{side}\t{proposal}\t{}",
            self.confidence
        );
        out.push('\t');
        match &self.pattern {
            Some(pattern) => escape(pattern, out),
            None => out.push_str("\\N"),
        }
        out.push('\t');
        out.push(if self.protected { 't' } else { 'f' });
        out.push('\t');
        escape(&self.evidence.to_string(), out);
        out.push('\n');
    }
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_copy_would_read_as_its_own_is_escaped() {
        let staged = Staged {
            point: "a\tb",
            code: "A01",
            side: "both",
            proposal: "await_supplier",
            confidence: 90,
            pattern: None,
            protected: false,
            evidence: serde_json::json!({"name": "x\\y\n\"z\""}),
        };
        let mut out = String::new();
        staged.put(7, 1, &mut out);
        let expected = "7\t1\ta\\tb\tA01\t14\tboth\tawait_supplier\t90\t\\N\tf\t\
            {\"name\":\"x\\\\\\\\y\\\\n\\\\\"z\\\\\"\"}\n";
        assert_eq!(out, expected);
    }
}
