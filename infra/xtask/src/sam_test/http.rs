//! One HTTP request to the emulator, over the standard library alone.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use serde_json::Value;

use crate::failure::Failure;

/// A cold function in a debug build takes its time.
const LIMIT: Duration = Duration::from_mins(1);

/// What came back.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: String,
}

/// Sends a request. HTTP/1.0, so that the answer is never chunked and ends with the connection.
pub(super) fn call(address: SocketAddr, method: &str, path: &str, body: Option<&Value>) -> Result<Answer, Failure> {
    let failed = |error: std::io::Error| Failure::new(format!("{method} http://{address}{path}: {error}"));
    let mut stream = TcpStream::connect_timeout(&address, LIMIT).map_err(failed)?;
    stream.set_read_timeout(Some(LIMIT)).map_err(failed)?;
    let body = body.map(Value::to_string).unwrap_or_default();
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.0\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .map_err(failed)?;
    let mut received = Vec::new();
    stream.read_to_end(&mut received).map_err(failed)?;
    parse(&String::from_utf8_lossy(&received)).ok_or_else(|| Failure::new(format!("{method} {path}: no HTTP answer")))
}

fn parse(text: &str) -> Option<Answer> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Answer { status, body: body.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_status_and_body() {
        let answer = parse("HTTP/1.1 201 Created\r\ncontent-type: application/json\r\n\r\n{}").unwrap();
        assert_eq!(answer, Answer { status: 201, body: "{}".to_owned() });
        assert_eq!(parse("nonsense"), None);
    }
}
