//! Usage events as rows of a CSV file.

use std::{fmt::Display, str::FromStr};

use billing::{Feature, Quantity, UsageEvent, UsageEventId, UsageValueError};
use csv::{ErrorKind, ReaderBuilder, StringRecord, Trim};

/// The columns that a file may have.
const COLUMNS: [&str; 6] = ["eventId", "subscriptionId", "feature", "quantity", "value", "at"];
/// Those that it must have; and `quantity` or `value`.
const NEEDED: [&str; 3] = ["eventId", "subscriptionId", "feature"];
/// How many rows a file may have.
const MAX_ROWS: usize = 1_000;
/// How many mistakes are told at once.
pub(super) const MOST_TOLD: usize = 20;

/// Something that is wrong with a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FileFault {
    pub(super) code: &'static str,
    /// Where, and what to do.
    pub(super) detail: String,
}

/// The events of a file, or what is wrong with it, up to twenty mistakes.
pub(super) fn read(text: &str) -> Result<Vec<UsageEvent>, Vec<FileFault>> {
    // What spreadsheets put in front.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // Where a comma parts the decimals, they part columns by semicolons.
    let delimiter = if text.lines().next().unwrap_or_default().contains(',') { b',' } else { b';' };
    let mut file = ReaderBuilder::new().delimiter(delimiter).trim(Trim::All).from_reader(text.as_bytes());
    let header = file.headers().map_err(|error| vec![unreadable(&error)])?.clone();
    check_columns(&header)?;
    let (mut events, mut faults) = (Vec::new(), Vec::new());
    for (number, record) in file.records().enumerate() {
        if number == MAX_ROWS {
            let detail = format!("a file has at most {MAX_ROWS} rows; send the others in a file of their own");
            return Err(vec![FileFault { code: "INVALID_LENGTH", detail }]);
        }
        match record {
            Ok(record) => events.extend(Row { header: &header, record: &record, faults: &mut faults }.event()),
            Err(error) => faults.push(unreadable(&error)),
        }
        if faults.len() >= MOST_TOLD {
            faults.truncate(MOST_TOLD);
            return Err(faults);
        }
    }
    if faults.is_empty() && events.is_empty() {
        let detail = "the file has no rows below its header".to_owned();
        faults.push(FileFault { code: "INVALID_LENGTH", detail });
    }
    if faults.is_empty() { Ok(events) } else { Err(faults) }
}

fn check_columns(header: &StringRecord) -> Result<(), Vec<FileFault>> {
    let has = |name: &str| header.iter().any(|column| column == name);
    let fault = |detail: String| FileFault { code: "INVALID_COLUMNS", detail };
    let mut faults: Vec<FileFault> = NEEDED
        .into_iter()
        .filter(|name| !has(name))
        .map(|name| fault(format!("the first line has no column {name}")))
        .collect();
    if !has("quantity") && !has("value") {
        faults.push(fault("the first line has neither the column quantity nor value".to_owned()));
    }
    let unknown = header.iter().filter(|column| !COLUMNS.contains(column));
    faults.extend(unknown.map(|column| {
        let column: String = column.chars().take(40).collect();
        fault(format!("there is no column {column:?}; the columns are {}", COLUMNS.join(", ")))
    }));
    let twice = COLUMNS.into_iter().filter(|name| header.iter().filter(|column| column == name).count() > 1);
    faults.extend(twice.map(|name| fault(format!("the column {name} is there twice"))));
    faults.truncate(MOST_TOLD);
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// What is no row: more or fewer fields than there are columns.
fn unreadable(error: &csv::Error) -> FileFault {
    let line = error.position().map_or(0, csv::Position::line);
    let detail = if let ErrorKind::UnequalLengths { expected_len, len, .. } = error.kind() {
        format!("line {line} has {len} fields, and the first line names {expected_len} columns")
    } else {
        format!("line {line} cannot be read as CSV")
    };
    FileFault { code: "INVALID_ROW", detail }
}

/// A row, and where its mistakes are noted.
struct Row<'a> {
    header: &'a StringRecord,
    record: &'a StringRecord,
    faults: &'a mut Vec<FileFault>,
}

impl Row<'_> {
    fn event(mut self) -> Option<UsageEvent> {
        let (id, subscription) = (self.needed::<UsageEventId>("eventId"), self.needed("subscriptionId"));
        let (feature, at) = (self.needed::<Feature>("feature"), self.given("at"));
        let (quantity, value) = (self.given::<Units>("quantity"), self.given("value"));
        match (&quantity, &value) {
            (Ok(None), Ok(None)) => self.fault("quantity", "REQUIRED", &"give quantity, or value for a unique meter"),
            (Ok(Some(_)), Ok(Some(_))) => self.fault("quantity", "INVALID_VALUE", &"give either quantity or value"),
            (Ok(_), Ok(_)) | (Err(NotRead), _) | (_, Err(NotRead)) => {}
        }
        let quantity = quantity.ok()?.map_or(Quantity::ONE, |Units(quantity)| quantity);
        Some(UsageEvent {
            id: id.ok()?,
            subscription: subscription.ok()?,
            feature: feature.ok()?,
            quantity,
            value: value.ok()?,
            at: at.ok()?,
        })
    }

    /// A field that may be empty, or have no column.
    fn given<T: FromStr<Err: Display>>(&mut self, column: &'static str) -> Result<Option<T>, NotRead> {
        let place = self.header.iter().position(|name| name == column);
        let text = place.and_then(|place| self.record.get(place)).unwrap_or_default();
        if text.is_empty() {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|error| {
            self.fault(column, "INVALID_VALUE", &error);
            NotRead
        })
    }

    fn needed<T: FromStr<Err: Display>>(&mut self, column: &'static str) -> Result<T, NotRead> {
        self.given(column)?.ok_or_else(|| {
            self.fault(column, "REQUIRED", &"it is missing");
            NotRead
        })
    }

    fn fault(&mut self, column: &'static str, code: &'static str, why: &dyn Display) {
        let line = self.record.position().map_or(0, csv::Position::line);
        self.faults.push(FileFault { code, detail: format!("line {line}, {column}: {why}") });
    }
}

/// A field that cannot be read; why was noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct NotRead;

/// A quantity as text.
struct Units(Quantity);

impl FromStr for Units {
    type Err = UsageValueError;

    fn from_str(text: &str) -> Result<Self, UsageValueError> {
        let units: u64 = text.parse().map_err(|_| UsageValueError::Quantity)?;
        Quantity::try_from(units).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUB: &str = "sub_01JD2Z3M4N5P6Q7R8S9T0V1W2X";

    fn told(text: &str) -> Vec<String> {
        read(text).unwrap_err().into_iter().map(|fault| format!("{} {}", fault.code, fault.detail)).collect()
    }

    #[test]
    fn columns_come_in_any_order_with_either_separator_and_quotes() {
        let rows = format!(
            "\u{feff}feature;eventId;subscriptionId;at;quantity;value\r\n\
             predictions;e1;{SUB};2026-11-20T09:30:00Z;12;\r\n\
             users;\"e2\";{SUB};;;user-17\r\n"
        );
        let events = read(&rows).unwrap();
        assert_eq!(events.len(), 2);
        assert_eq!((events[0].quantity.get(), events[0].at.is_some(), events[0].value.is_none()), (12, true, true));
        assert_eq!((events[1].quantity.get(), events[1].at.is_none(), events[1].value.is_some()), (1, true, true));
        assert_eq!(read(&rows.replace(';', ",")).unwrap(), events);
    }

    #[test]
    fn all_mistakes_are_told_with_their_lines() {
        insta::assert_snapshot!(told("eventId,feature,cost\nx,y,z\n").join("\n"), @r#"
        INVALID_COLUMNS the first line has no column subscriptionId
        INVALID_COLUMNS the first line has neither the column quantity nor value
        INVALID_COLUMNS there is no column "cost"; the columns are eventId, subscriptionId, feature, quantity, value, at
        "#);
        let rows = format!(
            "eventId,subscriptionId,feature,quantity,at\n\
             a b,{SUB},predictions,0,yesterday\n\
             e2,sub_1,,1.5,\n\
             e3,{SUB},predictions,,\n\
             e4,{SUB}\n"
        );
        insta::assert_snapshot!(told(&rows).join("\n"), @r"
        INVALID_VALUE line 2, eventId: use 1 to 100 of A-Z, a-z, 0-9 and _ . : -
        INVALID_VALUE line 2, at: not an instant: use RFC 3339 such as 2026-11-21T01:02:03.004Z, between the years 1970 and 9999
        INVALID_VALUE line 2, quantity: use a whole number from 1 to 1000000000
        INVALID_VALUE line 3, subscriptionId: not an id of the form sub_… followed by 26 characters
        REQUIRED line 3, feature: it is missing
        INVALID_VALUE line 3, quantity: use a whole number from 1 to 1000000000
        REQUIRED line 4, quantity: give quantity, or value for a unique meter
        INVALID_ROW line 5 has 2 fields, and the first line names 5 columns
        ");
    }

    #[test]
    fn an_empty_file_and_one_that_is_too_long_are_refused() {
        assert_eq!(told("")[0], "INVALID_COLUMNS the first line has no column eventId");
        let header = "eventId,subscriptionId,feature,quantity\n";
        assert_eq!(told(header), ["INVALID_LENGTH the file has no rows below its header"]);
        let rows =
            |count: usize| (0..count).map(|n| format!("e{n},{SUB},predictions,1\n")).collect::<Vec<_>>().concat();
        assert_eq!(read(&format!("{header}{}", rows(MAX_ROWS))).map(|events| events.len()), Ok(MAX_ROWS));
        assert!(told(&format!("{header}{}", rows(MAX_ROWS + 1)))[0].starts_with("INVALID_LENGTH"));
        assert_eq!(told(&format!("{header}{}", "e,s,f,1\n".repeat(500))).len(), MOST_TOLD, "no more than that");
    }
}
