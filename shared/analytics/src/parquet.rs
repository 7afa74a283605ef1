//! Tables as Apache Parquet files, for whoever analyses them elsewhere: flat, each column required, one row group, plain values,
//! not compressed. The same rows give the same bytes.
//!
//! Of the format (<https://github.com/apache/parquet-format>) this is what such a table needs: data pages of the first version, and the
//! metadata in Thrift's compact protocol.

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParquetColumn {
    /// Its name.
    pub name: &'static str,
    /// Its values, as many as there are rows.
    pub values: ParquetValues,
}

/// The values of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParquetValues {
    /// Texts.
    Texts(Vec<String>),
    /// Documents of JSON.
    Documents(Vec<String>),
    /// Whole numbers.
    Numbers(Vec<i64>),
    /// Instants, in milliseconds since 1970 in UTC.
    Instants(Vec<i64>),
}

const MAGIC: &[u8; 4] = b"PAR1";
/// Physical types, and what they mean, by their numbers in the format.
const INT64: i64 = 2;
const BYTE_ARRAY: i64 = 6;
const UTF8: i64 = 0;
const TIMESTAMP_MILLIS: i64 = 9;
const JSON: i64 = 19;
const PLAIN: i64 = 0;
const RLE: i64 = 3;

impl ParquetValues {
    const fn len(&self) -> usize {
        match self {
            Self::Texts(texts) | Self::Documents(texts) => texts.len(),
            Self::Numbers(numbers) | Self::Instants(numbers) => numbers.len(),
        }
    }

    const fn physical(&self) -> i64 {
        match self {
            Self::Texts(_) | Self::Documents(_) => BYTE_ARRAY,
            Self::Numbers(_) | Self::Instants(_) => INT64,
        }
    }

    const fn meaning(&self) -> Option<i64> {
        match self {
            Self::Texts(_) => Some(UTF8),
            Self::Documents(_) => Some(JSON),
            Self::Numbers(_) => None,
            Self::Instants(_) => Some(TIMESTAMP_MILLIS),
        }
    }

    fn plain(&self) -> Vec<u8> {
        match self {
            Self::Texts(texts) | Self::Documents(texts) => {
                let mut bytes = Vec::with_capacity(texts.iter().map(|text| text.len() + 4).sum());
                for text in texts {
                    bytes.extend(u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
                    bytes.extend(text.as_bytes());
                }
                bytes
            }
            Self::Numbers(numbers) | Self::Instants(numbers) => {
                numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
            }
        }
    }
}

/// The file of a table; `None` where the columns are of different lengths, or one has 2 GiB or more.
pub fn parquet(columns: &[ParquetColumn]) -> Option<Vec<u8>> {
    let rows = columns.first().map_or(0, |column| column.values.len());
    if columns.iter().any(|column| column.values.len() != rows) {
        return None;
    }
    let rows = i64::try_from(rows).ok()?;
    let (mut file, mut chunks) = (MAGIC.to_vec(), Vec::new());
    for column in columns {
        let values = column.values.plain();
        let size = i64::from(i32::try_from(values.len()).ok()?);
        let (offset, header) = (i64::try_from(file.len()).ok()?, page_header(rows, size));
        let all = size + i64::try_from(header.len()).ok()?;
        file.extend(header);
        file.extend(values);
        chunks.push(Chunk { column, offset, size: all });
    }
    let footer = file_metadata(rows, &chunks)?;
    let length = u32::try_from(footer.len()).ok()?;
    file.extend(footer);
    file.extend(length.to_le_bytes());
    file.extend(MAGIC);
    Some(file)
}

/// The values of a column in the file.
struct Chunk<'a> {
    column: &'a ParquetColumn,
    /// Where its page begins.
    offset: i64,
    /// How many bytes the page has, with its header.
    size: i64,
}

fn page_header(rows: i64, size: i64) -> Vec<u8> {
    let mut header = Thrift::default();
    header.number(1, 0, Width::I32).number(2, size, Width::I32).number(3, size, Width::I32);
    header.open(5);
    for (id, value) in [(1, rows), (2, PLAIN), (3, RLE), (4, RLE)] {
        header.number(id, value, Width::I32);
    }
    header.close().close();
    header.bytes
}

fn file_metadata(rows: i64, chunks: &[Chunk<'_>]) -> Option<Vec<u8>> {
    let mut footer = Thrift::default();
    footer.number(1, 1, Width::I32);
    footer.list(2, chunks.len() + 1, STRUCT);
    footer.begin().text(4, "events").number(5, i64::try_from(chunks.len()).ok()?, Width::I32).close();
    for Chunk { column, .. } in chunks {
        footer.begin().number(1, column.values.physical(), Width::I32).number(3, 0, Width::I32).text(4, column.name);
        if let Some(meaning) = column.values.meaning() {
            footer.number(6, meaning, Width::I32);
        }
        footer.close();
    }
    footer.number(3, rows, Width::I64);
    footer.list(4, 1, STRUCT);
    footer.begin().list(1, chunks.len(), STRUCT);
    for Chunk { column, offset, size } in chunks {
        footer.begin().number(2, *offset, Width::I64).open(3);
        footer.number(1, column.values.physical(), Width::I32);
        footer.list(2, 1, I32).varint(zigzag(PLAIN));
        footer.list(3, 1, BINARY).bare_text(column.name);
        footer.number(4, 0, Width::I32).number(5, rows, Width::I64);
        footer.number(6, *size, Width::I64).number(7, *size, Width::I64).number(9, *offset, Width::I64);
        footer.close().close();
    }
    let all = chunks.iter().map(|chunk| chunk.size).sum();
    footer.number(2, all, Width::I64).number(3, rows, Width::I64).close();
    footer.text(6, "ruko").close();
    Some(footer.bytes)
}

/// Types of Thrift's compact protocol.
const I32: u8 = 5;
const I64: u8 = 6;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const STRUCT: u8 = 12;

#[derive(Clone, Copy)]
enum Width {
    I32,
    I64,
}

/// A value that is written in Thrift's compact protocol: a struct, from its first field on.
struct Thrift {
    bytes: Vec<u8>,
    /// The last field that was written, of each struct that is open.
    last: Vec<u8>,
}

impl Default for Thrift {
    fn default() -> Self {
        Self { bytes: Vec::new(), last: vec![0] }
    }
}

impl Thrift {
    /// Begins a field; ids rise by less than 16 here.
    fn field(&mut self, id: u8, kind: u8) -> &mut Self {
        let last = self.last.last_mut();
        let step = last.map_or(id, |last| id - std::mem::replace(last, id));
        self.bytes.push((step << 4) | kind);
        self
    }

    fn number(&mut self, id: u8, value: i64, width: Width) -> &mut Self {
        let kind = match width {
            Width::I32 => I32,
            Width::I64 => I64,
        };
        self.field(id, kind).varint(zigzag(value))
    }

    fn text(&mut self, id: u8, text: &str) -> &mut Self {
        self.field(id, BINARY).bare_text(text)
    }

    fn bare_text(&mut self, text: &str) -> &mut Self {
        self.varint(text.len() as u64);
        self.bytes.extend(text.as_bytes());
        self
    }

    /// Begins a list; its elements follow.
    fn list(&mut self, id: u8, length: usize, of: u8) -> &mut Self {
        self.field(id, LIST);
        if let Ok(length @ 0..15) = u8::try_from(length) {
            self.bytes.push((length << 4) | of);
        } else {
            self.bytes.push(0xF0 | of);
            self.varint(length as u64);
        }
        self
    }

    /// Begins a struct that is a field.
    fn open(&mut self, id: u8) -> &mut Self {
        self.field(id, STRUCT).begin()
    }

    /// Begins a struct that is an element of a list.
    fn begin(&mut self) -> &mut Self {
        self.last.push(0);
        self
    }

    /// Ends the struct that was begun last.
    fn close(&mut self) -> &mut Self {
        self.last.pop();
        self.bytes.push(0);
        self
    }

    fn varint(&mut self, mut value: u64) -> &mut Self {
        loop {
            let low = u8::try_from(value & 0x7F).unwrap_or_default();
            value >>= 7;
            if value == 0 {
                self.bytes.push(low);
                return self;
            }
            self.bytes.push(low | 0x80);
        }
    }
}

const fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Vec<ParquetColumn> {
        let texts = |texts: [&str; 3]| texts.map(str::to_owned).to_vec();
        vec![
            ParquetColumn { name: "id", values: ParquetValues::Texts(texts(["a", "", "Café ☕"])) },
            ParquetColumn { name: "at", values: ParquetValues::Instants(vec![0, 1_797_909_188_709, -1]) },
            ParquetColumn { name: "version", values: ParquetValues::Numbers(vec![1, i64::MAX, i64::MIN]) },
            ParquetColumn { name: "data", values: ParquetValues::Documents(texts(["{}", "{\"a\":[1,2]}", "null"])) },
        ]
    }

    /// The file was read by Apache Arrow (pyarrow 26) as it was meant.
    #[test]
    fn the_bytes_are_those_that_others_read() {
        let golden = include_bytes!("parquet.golden.parquet");
        assert!(parquet(&table()).unwrap() == golden, "the file is another one");
    }

    #[test]
    fn a_table_without_rows_is_a_file_too() {
        let none = ParquetColumn { name: "id", values: ParquetValues::Texts(Vec::new()) };
        let file = parquet(&[none]).unwrap();
        assert!(file.starts_with(MAGIC) && file.ends_with(MAGIC));
    }

    #[test]
    fn columns_of_different_lengths_are_no_table() {
        let mut columns = table();
        columns.push(ParquetColumn { name: "more", values: ParquetValues::Numbers(vec![1]) });
        assert_eq!(parquet(&columns), None);
    }
}
