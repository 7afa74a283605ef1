//! A CSV file as rows, gathered by product. What is wrong with the file as a whole is told at once.

use std::collections::BTreeMap;

use crate::sheet::{
    cells::unguarded,
    columns::SheetColumn,
    rows::{ImportedRow, RowFault, RowOutcome},
};

/// How many rows a file has at most.
pub const MOST_ROWS: usize = 10_000;
/// How many rows of one product are done at once: each is up to three writes of a transaction, which has a hundred.
pub(crate) const ROWS_AT_ONCE: usize = 20;
/// How much of a wrong slug or SKU is repeated, in characters.
const REPEATED: usize = 80;

/// A file, read.
#[derive(Clone, Debug)]
pub struct ProductSheet {
    pub(crate) columns: Vec<SheetColumn>,
    products: Vec<RawProduct>,
    rows: usize,
}

/// The rows of one product, not yet parsed.
#[derive(Clone, Debug)]
pub(crate) struct RawProduct {
    pub(crate) slug: String,
    pub(crate) rows: Vec<RawRow>,
}

/// A row, not yet parsed.
#[derive(Clone, Debug)]
pub(crate) struct RawRow {
    pub(crate) line: u64,
    pub(crate) sku: String,
    cells: Vec<String>,
    /// What is wrong with it before any cell is looked at.
    pub(crate) fault: Option<RowFault>,
}

/// Some rows of one product, which are done together.
#[derive(Clone, Copy, Debug)]
pub struct SheetPart<'a> {
    pub(crate) sheet: &'a ProductSheet,
    pub(crate) product: &'a RawProduct,
    pub(crate) rows: &'a [RawRow],
}

/// Why a file cannot be read at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// It is in another encoding.
    #[error("the file is not UTF-8; save it as \"CSV UTF-8\"")]
    NotUtf8,
    /// There is nothing in it.
    #[error("the file is empty; its first line names the columns")]
    Empty,
    /// There are only columns.
    #[error("the file has no rows below its first line")]
    NoRows,
    /// There is too much in it.
    #[error("the file has more than {most} rows; part it")]
    TooManyRows {
        /// How many there may be.
        most: usize,
    },
    /// Columns are wrong: all of them at once.
    #[error("the first line names columns that are not known, stand twice or are missing")]
    Columns(Vec<ColumnFault>),
}

/// What is wrong with a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnFault {
    /// Its name, as it stands there.
    pub name: String,
    /// What is wrong.
    pub kind: ColumnFaultKind,
}

/// What is wrong with a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnFaultKind {
    /// There is none of this name.
    Unknown,
    /// It stands twice.
    Twice,
    /// It must be there.
    Missing,
}

impl ProductSheet {
    /// Reads a file: UTF-8 with or without a byte order mark, lines that end in `\n` or `\r\n`, cells parted by `,`, or by `;` when
    /// the first line has no comma.
    ///
    /// # Errors
    /// What is wrong with the file as a whole.
    pub fn read(bytes: &[u8]) -> Result<Self, SheetError> {
        let text = std::str::from_utf8(bytes).map_err(|_| SheetError::NotUtf8)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let head = text.lines().next().unwrap_or_default();
        let delimiter = if head.contains(';') && !head.contains(',') { b';' } else { b',' };
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let mut columns = None;
        let (mut rows, mut of_slug) = (0, BTreeMap::<String, usize>::new());
        let mut products: Vec<RawProduct> = Vec::new();
        let mut lines = BTreeMap::<String, u64>::new();
        for record in reader.records() {
            // The text is UTF-8, and rows may have any length: nothing else can fail.
            let record = record.map_err(|_| SheetError::NotUtf8)?;
            if record.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let Some(columns) = &columns else {
                columns = Some(columns_of(&record)?);
                continue;
            };
            rows += 1;
            if rows > MOST_ROWS {
                return Err(SheetError::TooManyRows { most: MOST_ROWS });
            }
            let line = record.position().map_or(0, |position| line_of(text, position));
            let (slug, mut row) = raw_row(&record, columns, line);
            if !row.sku.is_empty() {
                let first = *lines.entry(row.sku.clone()).or_insert(line);
                if first != line && row.fault.is_none() {
                    let detail = format!("line {first} has this SKU already");
                    row.fault = Some(RowFault::of(SheetColumn::Sku.name(), "SKU_TWICE", detail));
                }
            }
            let place = *of_slug.entry(slug.clone()).or_insert(products.len());
            match products.get_mut(place) {
                Some(product) => product.rows.push(row),
                None => products.push(RawProduct { slug, rows: vec![row] }),
            }
        }
        let columns = columns.ok_or(SheetError::Empty)?;
        if rows == 0 {
            return Err(SheetError::NoRows);
        }
        Ok(Self { columns, products, rows })
    }

    /// How many rows it has.
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// All rows, in the parts that are done together: those of one product, in the order of its first row.
    pub fn parts(&self) -> impl Iterator<Item = SheetPart<'_>> {
        self.products.iter().flat_map(move |product| {
            product.rows.chunks(ROWS_AT_ONCE).map(move |rows| SheetPart { sheet: self, product, rows })
        })
    }

    /// What a cell of a row says, without blanks around it; `None` when the file has no such column.
    pub(crate) fn cell<'a>(&self, row: &'a RawRow, column: SheetColumn) -> Option<&'a str> {
        let place = self.columns.iter().position(|one| *one == column)?;
        row.cells.get(place).map(String::as_str)
    }
}

impl SheetPart<'_> {
    /// How many rows it has.
    pub const fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it has none: never.
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The report on its rows.
    pub(crate) fn report(
        &self,
        outcome: impl Fn(&RawRow) -> RowOutcome,
        errors: impl Fn(&RawRow) -> Vec<RowFault>,
    ) -> Vec<ImportedRow> {
        let cut = |text: &str| text.chars().take(REPEATED).collect::<String>();
        let (slug, rows) = (cut(&self.product.slug), self.rows.iter());
        let row = |row: &RawRow| {
            let (slug, sku) = (slug.clone(), cut(&row.sku));
            ImportedRow { line: row.line, slug, sku, outcome: outcome(row), errors: errors(row) }
        };
        rows.map(row).collect()
    }

    /// The report when all of its rows failed for the same.
    pub fn failed(&self, fault: &RowFault) -> Vec<ImportedRow> {
        self.report(|_| RowOutcome::Failed, |_| vec![fault.clone()])
    }
}

/// The line on which a record begins. The reader's own place is before what ends the record before: the `\n` of `\r\n`, and empty
/// lines.
fn line_of(text: &str, position: &csv::Position) -> u64 {
    let from = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let ends = text.bytes().skip(from).take_while(|byte| matches!(byte, b'\r' | b'\n'));
    ends.filter(|byte| *byte == b'\n').fold(position.line(), |line, _| line + 1)
}

fn columns_of(head: &csv::StringRecord) -> Result<Vec<SheetColumn>, SheetError> {
    let (mut columns, mut faults) = (Vec::new(), Vec::new());
    for name in head {
        let fault = |kind| ColumnFault { name: name.trim().chars().take(REPEATED).collect(), kind };
        match SheetColumn::named(name) {
            None => faults.push(fault(ColumnFaultKind::Unknown)),
            Some(column) if columns.contains(&column) => faults.push(fault(ColumnFaultKind::Twice)),
            Some(column) => columns.push(column),
        }
    }
    for column in [SheetColumn::Slug, SheetColumn::Sku] {
        if !columns.contains(&column) {
            faults.push(ColumnFault { name: column.name(), kind: ColumnFaultKind::Missing });
        }
    }
    if faults.is_empty() { Ok(columns) } else { Err(SheetError::Columns(faults)) }
}

/// A row and its product's slug.
fn raw_row(record: &csv::StringRecord, columns: &[SheetColumn], line: u64) -> (String, RawRow) {
    let cells: Vec<String> = record.iter().zip(columns).map(|(cell, column)| read_cell(cell, *column)).collect();
    let of = |column: SheetColumn| {
        let place = columns.iter().position(|one| *one == column);
        place.and_then(|place| cells.get(place)).cloned().unwrap_or_default()
    };
    let (slug, sku) = (of(SheetColumn::Slug), of(SheetColumn::Sku));
    let (there, wanted) = (record.len(), columns.len());
    let fault = (there != wanted).then(|| {
        let detail = format!("this row has {there} cells, and the first line names {wanted} columns");
        RowFault::of(None, "CELL_COUNT", detail)
    });
    (slug, RawRow { line, sku, cells, fault })
}

/// A description keeps its blanks, since it has lines.
fn read_cell(cell: &str, column: SheetColumn) -> String {
    if column == SheetColumn::Description {
        return unguarded(&cell.replace("\r\n", "\n"));
    }
    unguarded(cell.trim())
}
