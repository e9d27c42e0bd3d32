//! Delimited files with a header: columns by name in any order, `,` `;` or tab found out, quoted
//! values that may run over several lines. A quotation mark that is never closed costs its own line
//! and not the rest of the file.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::io::{self, BufRead};
use std::sync::Arc;

use super::lines::{LINE_LIMIT, Line, Lines};
use super::refused::Refused;
use crate::domain::sanitize;

/// A quoted value may run over at most so many physical lines.
const QUOTED_LINES: usize = 16;

/// A column that an importer knows.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name in the header, lower case.
    pub name: &'static str,
    /// Whether the file is refused without it.
    pub required: bool,
}

/// Why a file cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// Reading failed.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// What was read cannot be put aside.
    #[error(transparent)]
    PutAside(io::Error),
    /// Not even a header.
    #[error("the file is empty")]
    Empty,
    /// Required columns that the header does not have.
    #[error("missing columns: {}", .0.join(", "))]
    Missing(Vec<&'static str>),
    /// A column twice: which one counts?
    #[error("the column {0} is there twice")]
    Twice(String),
}

/// A row: the values of the known columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Number of its first physical line.
    pub line: u64,
    names: Arc<[&'static str]>,
    text: String,
    /// Where each value ends in the text.
    ends: Vec<usize>,
    /// Values of columns that nobody knows, by the name in the header; only where the table was told
    /// to keep them.
    pub rest: Vec<(String, String)>,
}

impl Row {
    /// The cleaned value of a column, empty when it has none.
    pub fn get(&self, name: &str) -> &str {
        let place = self.names.iter().position(|column| *column == name);
        place.map_or("", |place| self.at(place))
    }

    fn at(&self, place: usize) -> &str {
        let start = place
            .checked_sub(1)
            .and_then(|before| self.ends.get(before));
        let range = start.copied().unwrap_or_default()..self.ends.get(place).copied().unwrap_or(0);
        self.text.get(range).unwrap_or_default()
    }

    /// The cleaned values of several columns; quickest in the order in which the table was told of them.
    pub fn all<const N: usize>(&self, names: &[&str; N]) -> [&str; N] {
        let mut place = 0;
        names.map(|name| {
            if self.names.get(place).is_some_and(|column| *column == name) {
                place += 1;
                return self.at(place - 1);
            }
            self.get(name)
        })
    }

    /// The value of a column, `None` when it is empty.
    pub fn some(&self, name: &str) -> Option<String> {
        Some(self.get(name))
            .filter(|v| !v.is_empty())
            .map(str::to_owned)
    }
}

/// A delimited file being read.
#[derive(Debug)]
pub struct Table<R> {
    lines: Lines<R>,
    put_back: VecDeque<Line>,
    delimiter: u8,
    /// The known columns, and where each stands.
    known: Arc<[&'static str]>,
    places: Vec<usize>,
    width: usize,
    unknown: Vec<String>,
    /// Places of the unknown columns, where their values are kept.
    kept: Vec<(String, usize)>,
    names: Vec<String>,
}

impl<R: BufRead> Table<R> {
    /// Reads the header.
    pub fn open(input: R, columns: &'static [Column]) -> Result<Self, TableError> {
        let mut lines = Lines::new(input);
        let header = lines.read()?.and_then(|line| line.text);
        let header = header.filter(|text| !text.trim().is_empty());
        let header = header.ok_or(TableError::Empty)?;
        let delimiter = delimiter_of(&header);
        let names: Vec<String> = split(&header, delimiter)
            .iter()
            .map(|name| super::clean(name).to_lowercase())
            .collect();
        let places = places(&names, columns)?;
        let (found, places): (Vec<_>, Vec<_>) = places.into_iter().unzip();
        let known = |name: &String| columns.iter().any(|column| column.name == name);
        let unknown = names.iter().filter(|name| !known(name) && !name.is_empty());
        Ok(Self {
            unknown: unknown.cloned().collect(),
            kept: Vec::new(),
            width: names.len(),
            lines,
            put_back: VecDeque::new(),
            delimiter,
            known: found.into(),
            places,
            names,
        })
    }

    /// Keeps the values of unknown columns too.
    #[must_use]
    pub fn keeping(mut self) -> Self {
        let is_unknown = |name: &(usize, &String)| self.unknown.contains(name.1);
        let places = self.names.iter().enumerate().filter(is_unknown);
        self.kept = places.map(|(at, name)| (name.clone(), at)).collect();
        self
    }

    /// Whether the header has a column of that name, in lower case.
    pub fn has(&self, name: &str) -> bool {
        self.names.iter().any(|found| found == name)
    }

    /// Columns of the file that nobody reads.
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }

    /// The delimiter that was found.
    pub fn delimiter(&self) -> char {
        char::from(self.delimiter)
    }

    /// Bytes read so far.
    pub fn bytes(&self) -> u64 {
        self.lines.bytes()
    }

    /// Lines that were read as Latin-1.
    pub fn latin1(&self) -> u64 {
        self.lines.latin1()
    }

    /// The next row, or why it is none with its line number; `None` at the end. Empty lines are
    /// passed over.
    pub fn read(&mut self) -> io::Result<Option<Result<Row, (u64, Refused)>>> {
        while let Some(line) = self.line()? {
            let Some(text) = line.text else {
                return Ok(Some(Err((line.number, Refused::new("too_long")))));
            };
            if text.trim().is_empty() {
                continue;
            }
            let row = match self.whole(line.number, text)? {
                Some(text) => self.row(line.number, &text),
                None => Err(Refused::new("quote_open")),
            };
            return Ok(Some(row.map_err(|refused| (line.number, refused))));
        }
        Ok(None)
    }

    fn line(&mut self) -> io::Result<Option<Line>> {
        match self.put_back.pop_front() {
            Some(line) => Ok(Some(line)),
            None => self.lines.read(),
        }
    }

    /// Adds lines until every quotation mark is closed; `None` when that does not happen soon, and
    /// then the added lines are read on their own.
    fn whole(&mut self, number: u64, first: String) -> io::Result<Option<String>> {
        let mut text = first;
        let mut added = Vec::new();
        while quote_is_open(&text, self.delimiter) {
            let may_go_on = added.len() < QUOTED_LINES && text.len() < LINE_LIMIT;
            let next = if may_go_on { self.line()? } else { None };
            let Some(line) = next else {
                added
                    .into_iter()
                    .rev()
                    .for_each(|line| self.put_back.push_front(line));
                return Ok(None);
            };
            text.push('\n');
            text.push_str(line.text.as_deref().unwrap_or_default());
            debug_assert!(line.number > number, "lines come in order");
            added.push(line);
        }
        Ok(Some(text))
    }

    fn row(&self, line: u64, text: &str) -> Result<Row, Refused> {
        let found = split(text, self.delimiter);
        let surplus = found
            .iter()
            .skip(self.width)
            .any(|value| !value.trim().is_empty());
        if found.len() < self.width || surplus {
            return Err(Refused::new("columns")
                .with("found", &found.len().to_string())
                .with("expected", &self.width.to_string()));
        }
        let value = |place: usize| found.get(place).map_or("", |value| &**value);
        let mut text_ = String::with_capacity(text.len());
        let mut ends = Vec::with_capacity(self.places.len());
        for place in &self.places {
            text_.push_str(sanitize::clean(value(*place)).trim());
            ends.push(text_.len());
        }
        let rest = self.kept.iter();
        let rest = rest.map(|(name, place)| (name.clone(), super::clean(value(*place))));
        let rest = rest.filter(|(_, value)| !value.is_empty()).collect();
        Ok(Row {
            line,
            names: Arc::clone(&self.known),
            text: text_,
            ends,
            rest,
        })
    }
}

/// Where each known column stands.
fn places(
    names: &[String],
    columns: &'static [Column],
) -> Result<Vec<(&'static str, usize)>, TableError> {
    let mut found = Vec::new();
    let mut missing = Vec::new();
    for column in columns {
        let mut at = (0..names.len()).filter(|at| names[*at] == column.name);
        match (at.next(), at.next()) {
            (Some(_), Some(_)) => return Err(TableError::Twice(column.name.to_owned())),
            (Some(place), None) => found.push((column.name, place)),
            (None, _) if column.required => missing.push(column.name),
            (None, _) => {}
        }
    }
    if missing.is_empty() {
        Ok(found)
    } else {
        Err(TableError::Missing(missing))
    }
}

/// The most frequent of the three in the header.
fn delimiter_of(header: &str) -> u8 {
    let count = |delimiter: u8| header.bytes().filter(|byte| *byte == delimiter).count();
    let mut best = b',';
    for delimiter in [b';', b'\t'] {
        if count(delimiter) > count(best) {
            best = delimiter;
        }
    }
    best
}

/// Whether a quoted value has begun and not ended. Only a mark at the start of a value quotes, and
/// only one before a delimiter or the end of a line ends it.
fn quote_is_open(text: &str, delimiter: u8) -> bool {
    if !text.as_bytes().contains(&b'"') {
        return false;
    }
    let (mut quoted, mut at_start) = (false, true);
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        let next = bytes.peek().copied();
        match byte {
            b'"' if quoted && next == Some(b'"') => {
                bytes.next();
            }
            b'"' if quoted => quoted = next.is_some_and(|next| next != delimiter && next != b'\n'),
            b'"' if at_start => quoted = true,
            _ if quoted => {}
            _ => at_start = byte == delimiter || byte == b'\n',
        }
    }
    quoted
}

/// The values of one record. Ends of lines in it are left to the reader of whole files.
fn split(text: &str, delimiter: u8) -> Vec<Cow<'_, str>> {
    if text.bytes().any(|byte| matches!(byte, b'\n' | b'\r')) || text.starts_with('\u{feff}') {
        return split_lines(text, delimiter);
    }
    if !text.as_bytes().contains(&b'"') {
        return text
            .split(char::from(delimiter))
            .map(Cow::Borrowed)
            .collect();
    }
    let mut values = Vec::new();
    let mut rest = Some(text);
    while let Some(text) = rest {
        let (value, after) = first_value(text, delimiter);
        values.push(value);
        rest = after;
    }
    values
}

/// The first value, and what stands behind its delimiter.
fn first_value(text: &str, delimiter: u8) -> (Cow<'_, str>, Option<&str>) {
    let delimiter = char::from(delimiter);
    let Some(mut quoted) = text.strip_prefix('"') else {
        return match text.split_once(delimiter) {
            Some((value, rest)) => (Cow::Borrowed(value), Some(rest)),
            None => (Cow::Borrowed(text), None),
        };
    };
    let mut value = String::with_capacity(quoted.len());
    while let Some((before, after)) = quoted.split_once('"') {
        value.push_str(before);
        if let Some(after) = after.strip_prefix('"') {
            value.push('"');
            quoted = after;
            continue;
        }
        // what stands behind the closing mark belongs to the value
        return match after.split_once(delimiter) {
            Some((end, rest)) => (Cow::Owned(value + end), Some(rest)),
            None => (Cow::Owned(value + after), None),
        };
    }
    (Cow::Owned(value + quoted), None)
}

/// The values of a record that may run over several lines.
fn split_lines(text: &str, delimiter: u8) -> Vec<Cow<'static, str>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .buffer_capacity(text.len().max(64))
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    match reader.read_record(&mut record) {
        Ok(true) => record
            .iter()
            .map(|value| Cow::Owned(value.to_owned()))
            .collect(),
        Ok(false) | Err(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] = &[
        Column {
            name: "ean",
            required: true,
        },
        Column {
            name: "city",
            required: true,
        },
        Column {
            name: "note",
            required: false,
        },
    ];

    type Read = Result<Vec<String>, (u64, String)>;

    fn rows(text: &str) -> Vec<(u64, Read)> {
        let mut table = Table::open(text.as_bytes(), COLUMNS).expect("a header");
        let mut rows = Vec::new();
        while let Some(row) = table.read().expect("readable") {
            rows.push(match row {
                Ok(row) => {
                    let values = ["ean", "city", "note"].map(|name| row.get(name).to_owned());
                    (row.line, Ok(values.to_vec()))
                }
                Err((line, refused)) => (line, Err((line, refused.text))),
            });
        }
        rows
    }

    fn good(line: u64, values: [&str; 3]) -> (u64, Read) {
        (line, Ok(values.map(str::to_owned).to_vec()))
    }

    fn bad(line: u64, key: &str) -> (u64, Read) {
        (line, Err((line, format!("import.refused.{key}"))))
    }

    #[test]
    fn columns_are_found_by_name_in_any_order_with_any_delimiter() {
        for delimiter in [",", ";", "\t"] {
            let text = "City,x,EAN\nBreda,1,8\n".replace(',', delimiter);
            assert_eq!(rows(&text), [good(2, ["8", "Breda", ""])]);
        }
    }

    #[test]
    fn a_missing_and_a_double_column_refuse_the_file() {
        let missing = Table::open(&b"ean,note\n"[..], COLUMNS).expect_err("no city");
        assert_eq!(missing.to_string(), "missing columns: city");
        let twice = Table::open(&b"ean,city,EAN\n"[..], COLUMNS).expect_err("twice");
        assert_eq!(twice.to_string(), "the column ean is there twice");
    }

    #[test]
    fn a_value_over_two_lines_keeps_the_number_of_its_first() {
        let text = "ean,city,note\n1,\"a \"\"b\"\"\nc\",x\n2,d,\n";
        assert_eq!(
            rows(text),
            [good(2, ["1", "a \"b\" c", "x"]), good(4, ["2", "d", ""])]
        );
    }

    #[test]
    fn half_a_line_is_refused_and_the_next_comes_in() {
        let text = "ean,city,note\n1,a\n\n2,b,c\n3,b,c,d\n4,b,c,\n";
        let expected = [
            bad(2, "columns"),
            good(4, ["2", "b", "c"]),
            bad(5, "columns"),
            good(6, ["4", "b", "c"]),
        ];
        assert_eq!(rows(text), expected);
    }

    #[test]
    fn an_open_quotation_mark_costs_one_line_only() {
        let text = "ean,city,note\n1,\"a,b\n2,c,d\n3,e\"f,g\n";
        let expected = [
            bad(2, "quote_open"),
            good(3, ["2", "c", "d"]),
            good(4, ["3", "e\"f", "g"]),
        ];
        assert_eq!(rows(text), expected);
    }

    #[test]
    fn an_open_quotation_mark_does_not_swallow_a_long_file() {
        let mut text = String::from("ean,city,note\n1,\"a,b\n");
        (0..500).for_each(|_| text.push_str("2,c,d\n"));
        let read = rows(&text);
        assert_eq!(read.len(), 501);
        assert_eq!(read.iter().filter(|(_, row)| row.is_err()).count(), 1);
    }

    proptest::proptest! {
        /// A line taken apart at once is what a reader of whole files makes of it.
        #[test]
        fn a_line_is_split_as_by_a_reader_of_files(text in "[a\",; é\u{feff}]{1,12}") {
            for delimiter in [b',', b';'] {
                proptest::prop_assert_eq!(split(&text, delimiter), split_lines(&text, delimiter));
            }
        }
    }
}
