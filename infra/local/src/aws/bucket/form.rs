//! Reads `multipart/form-data` (RFC 7578) as S3 does: fields up to the file, and nothing behind it.

use std::collections::BTreeMap;

use http::{HeaderMap, header};

use super::refusal::Refusal;

/// How many bytes the fields may have together.
const MOST_FIELDS: usize = 20 * 1024;

/// A form.
#[derive(Debug)]
pub(super) struct Form {
    /// Names in lower case, and values.
    pub(super) fields: BTreeMap<String, String>,
    /// The bytes.
    pub(super) file: Vec<u8>,
    file_name: String,
}

impl Form {
    /// Reads a request's body.
    pub(super) fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, Refusal> {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).ok_or(Refusal::NotAForm)?;
        let (name, rest) = kind.split_once(';').ok_or(Refusal::NotAForm)?;
        if !name.trim().eq_ignore_ascii_case("multipart/form-data") {
            return Err(Refusal::NotAForm);
        }
        let boundary = parameter(rest, "boundary").ok_or(Refusal::MalformedPost("there is no boundary"))?;
        Self::parse(&boundary, body)
    }

    fn parse(boundary: &str, body: &[u8]) -> Result<Self, Refusal> {
        let malformed =
            || Refusal::MalformedPost("The body of your POST request is not well-formed multipart/form-data.");
        let (first, between) = (format!("--{boundary}"), format!("\r\n--{boundary}"));
        let start = find(body, first.as_bytes()).ok_or_else(malformed)?;
        let mut rest = body.get(start + first.len()..).ok_or_else(malformed)?;
        let (mut fields, mut size) = (BTreeMap::new(), 0);
        while let Some(part) = rest.strip_prefix(b"\r\n") {
            let end = find(part, between.as_bytes()).ok_or_else(malformed)?;
            let (part, behind) = part.split_at_checked(end).ok_or_else(malformed)?;
            rest = behind.get(between.len()..).ok_or_else(malformed)?;
            let head_end = find(part, b"\r\n\r\n").ok_or_else(malformed)?;
            let (head, value) = part.split_at_checked(head_end).ok_or_else(malformed)?;
            let value = value.get(4..).ok_or_else(malformed)?;
            let head = std::str::from_utf8(head).map_err(|_| malformed())?;
            let said = head.lines().find(|line| line.to_ascii_lowercase().starts_with("content-disposition:"));
            let said = said.ok_or_else(malformed)?;
            let name = parameter(said, "name").ok_or_else(malformed)?.to_ascii_lowercase();
            if name == "file" {
                let file_name = parameter(said, "filename").unwrap_or_default();
                return Ok(Self { fields, file: value.to_vec(), file_name });
            }
            size += name.len() + value.len();
            if size > MOST_FIELDS {
                return Err(Refusal::MalformedPost("the fields before the file are too long"));
            }
            let value = std::str::from_utf8(value).map_err(|_| malformed())?;
            fields.insert(name, value.to_owned());
        }
        Err(Refusal::InvalidArgument("POST requires exactly one file upload per request."))
    }

    /// The value of a field.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    /// Where the file goes.
    pub(super) fn key(&self) -> Result<String, Refusal> {
        let key = self.field("key").ok_or(Refusal::InvalidArgument(
            "Bucket POST must contain a field named 'key'. If it is specified, please check the order of the fields.",
        ))?;
        Ok(key.replace("${filename}", &self.file_name))
    }
}

/// A parameter of a header, in quotes or without.
fn parameter(text: &str, wanted: &str) -> Option<String> {
    text.split(';').find_map(|part| {
        let (name, value) = part.split_once('=')?;
        let value = value.trim().trim_matches('"').to_owned();
        name.trim().eq_ignore_ascii_case(wanted).then_some(value)
    })
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
