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

impl Csv {
    /// A table with these columns and no row yet.
    pub fn new(columns: &[&str]) -> Self {
        let mut table = Self(String::new());
        table.add(columns.iter().map(|name| Cell::text(*name)));
        table
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
        let guard = if text.starts_with(FORMULA) { "'" } else { "" };
        if text.contains([',', '"', '\r', '\n']) || !guard.is_empty() {
            self.0.push('"');
            self.0.push_str(guard);
            self.0.push_str(&text.replace('"', "\"\""));
            self.0.push('"');
        } else {
            self.0.push_str(text);
        }
    }

    pub(crate) fn into_text(self) -> String {
        self.0
    }
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
            assert_eq!(table.into_text(), format!("name\r\n\"'{formula}\"\r\n"));
        }
        assert_eq!(table.into_text(), "name,amount\r\nPREMIUM,-100\r\n\"a \"\"b\"\", c\",\r\n");
    }
}
