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
pub struct Csv(Written);

/// What was written, and what it may say of people.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Written {
    text: String,
    people: People,
}

/// What a table says of people: names, addresses, numbers with the tax office.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum People {
    /// All of it.
    Shown,
    /// [`MASK`] in its place.
    Masked,
}

/// What stands in place of what a table does not say.
const MASK: &str = "***";

/// One value of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Nothing.
    Empty,
    /// A whole number.
    Number(i64),
    /// A text.
    Text(Cow<'a, str>),
    /// A text that says who somebody is.
    Personal(Cow<'a, str>),
}

/// What a spreadsheet takes for the beginning of a formula, or skips before one.
const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '＠'];

/// What parts columns or rows somewhere.
const SEPARATORS: [char; 4] = [';', '\t', '\r', '\n'];

impl Csv {
    /// A table with these columns and no row yet. It says nothing of people.
    pub fn new(columns: &[&str]) -> Self {
        Self::naming(People::Masked, columns)
    }

    /// A table that says of people what the tenant's rules allow (`Caller::people_in_tables`).
    pub fn naming(people: People, columns: &[&str]) -> Self {
        let mut table = Self(Written { text: String::new(), people });
        table.add(columns.iter().map(|name| Cell::text(*name)));
        table
    }

    /// A table that was written elsewhere, with formulas guarded there.
    pub const fn from_text(text: String) -> Self {
        Self(Written { text, people: People::Masked })
    }

    /// Adds a row.
    pub fn add<'a>(&mut self, cells: impl IntoIterator<Item = Cell<'a>>) {
        for (at, cell) in cells.into_iter().enumerate() {
            if at > 0 {
                self.0.text.push(',');
            }
            match cell {
                Cell::Empty => {}
                Cell::Number(number) => self.0.text.push_str(&number.to_string()),
                Cell::Text(text) => self.add_text(&text),
                Cell::Personal(text) => match self.0.people {
                    People::Shown => self.add_text(&text),
                    // That nothing is known of somebody is no secret.
                    People::Masked if text.is_empty() => {}
                    People::Masked => self.0.text.push_str(MASK),
                },
            }
        }
        self.0.text.push_str("\r\n");
    }

    fn add_text(&mut self, text: &str) {
        let guarded = guarded(text);
        if guarded.contains([',', ';', '"', '\t', '\r', '\n', '\'']) {
            self.0.text.push('"');
            self.0.text.push_str(&guarded.replace('"', "\"\""));
            self.0.text.push('"');
        } else {
            self.0.text.push_str(&guarded);
        }
    }

    pub(crate) fn into_text(self) -> String {
        self.0.text
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

    /// A text that says who somebody is: masked where the tenant's rules ask for that.
    pub fn personal(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Personal(text.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_somebody_is_stands_only_in_a_table_that_may_say_it() {
        let written = |mut table: Csv| {
            table.add([Cell::text("cus_1"), Cell::personal("Budi"), Cell::personal("")]);
            table.into_text()
        };
        let columns = ["id", "name", "email"];
        assert_eq!(written(Csv::naming(People::Shown, &columns)), "id,name,email\r\ncus_1,Budi,\r\n");
        for masked in [Csv::naming(People::Masked, &columns), Csv::new(&columns)] {
            assert_eq!(written(masked), "id,name,email\r\ncus_1,***,\r\n");
        }
    }

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
