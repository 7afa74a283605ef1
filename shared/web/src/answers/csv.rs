//! Tables as CSV, for spreadsheets.

use std::borrow::Cow;

use serde::Deserialize;
use utoipa::ToSchema;

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReportFormat {
    /// With everything that there is to say.
    Json,
    /// One table, for spreadsheets.
    Csv,
}

/// A table as CSV by RFC 4180: a head, then a row a line. A text that a spreadsheet would take for a formula begins with an
/// apostrophe, so that opening the file computes nothing.
#[derive(Clone, Debug, PartialEq, Eq, ToSchema)]
#[schema(value_type = String, content_media_type = "text/csv")]
pub struct Csv(String);

/// One value of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Nothing.
    Empty,
    /// A whole number.
    Number(i64),
    /// A text.
    Text(Cow<'a, str>),
}

/// What a spreadsheet takes for the beginning of a formula, or skips before one.
const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '＠'];

/// What parts columns or rows somewhere.
const SEPARATORS: [char; 4] = [';', '\t', '\r', '\n'];

impl Csv {
    /// A table with these columns and no row yet.
    pub fn new(columns: &[&str]) -> Self {
        let mut table = Self(String::new());
        table.add(columns.iter().map(|name| Cell::text(*name)));
        table
    }

    /// A table that was written elsewhere, with formulas guarded there.
    pub const fn from_text(text: String) -> Self {
        Self(text)
    }

    /// Adds a row.
    pub fn add<'a>(&mut self, cells: impl IntoIterator<Item = Cell<'a>>) {
        for (at, cell) in cells.into_iter().enumerate() {
            if at > 0 {
                self.0.push(',');
            }
            match cell {
                Cell::Empty => {}
                Cell::Number(number) => self.0.push_str(&number.to_string()),
                Cell::Text(text) => self.add_text(&text),
            }
        }
        self.0.push_str("\r\n");
    }

    fn add_text(&mut self, text: &str) {
        let guarded = guarded(text);
        if guarded.contains([',', ';', '"', '\t', '\r', '\n', '\'']) {
            self.0.push('"');
            self.0.push_str(&guarded.replace('"', "\"\""));
            self.0.push('"');
        } else {
            self.0.push_str(&guarded);
        }
    }

    pub(crate) fn into_text(self) -> String {
        self.0
    }
}

/// The text with a `'` before what a spreadsheet would compute: at its beginning, and behind whatever parts columns in some
/// country, for a program that parts them otherwise sees no quotes.
fn guarded(text: &str) -> String {
    let (mut guarded, mut begins) = (String::with_capacity(text.len()), true);
    for letter in text.chars() {
        if begins && FORMULA.contains(&letter) {
            guarded.push('\'');
        }
        guarded.push(letter);
        begins = SEPARATORS.contains(&letter) || (begins && letter == ' ');
    }
    guarded
}

impl<'a> Cell<'a> {
    /// A text.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(text.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_quoted_where_it_must_be_and_computes_nothing() {
        let mut table = Csv::new(&["name", "amount"]);
        table.add([Cell::text("PREMIUM"), Cell::Number(-100)]);
        table.add([Cell::text("a \"b\", c"), Cell::Empty]);
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"] {
            let mut table = Csv::new(&["name"]);
            table.add([Cell::text(formula)]);
            assert_eq!(
                table.into_text(),
                format!("name\r\n\"'{formula}\"\r\n").replace("\t=", "\t'=").replace("\r=", "\r'=")
            );
        }
        for (text, written) in
            [("x;=1+1", "x;'=1+1"), ("x; \t-1", "x; '\t'-1"), ("=1;=cmd", "'=1;'=cmd"), ("a - b; c", "a - b; c")]
        {
            let mut table = Csv::new(&["name"]);
            table.add([Cell::text(text)]);
            assert_eq!(table.into_text(), format!("name\r\n\"{written}\"\r\n"), "where columns are parted by `;`");
        }
        assert_eq!(table.into_text(), "name,amount\r\nPREMIUM,-100\r\n\"a \"\"b\"\", c\",\r\n");
    }
}
