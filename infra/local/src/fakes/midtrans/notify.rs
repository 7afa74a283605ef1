//! Midtrans' notifications: signed, sent in the background, tried again by the documented table in compressed time.

use std::time::Duration;

use http::StatusCode;
use serde_json::Value;

/// Waits between tries. Midtrans waits 2, 10, 30, 90 and 210 minutes.
const WAITS: [Duration; 5] = [
    Duration::from_millis(20),
    Duration::from_millis(60),
    Duration::from_millis(120),
    Duration::from_millis(240),
    Duration::from_millis(480),
];
/// How long Midtrans waits for an answer.
pub(super) const TIMEOUT: Duration = Duration::from_secs(15);
/// How many redirects are followed.
const MAX_REDIRECTS: usize = 5;

/// Sends `body` to `url` until it is taken or given up.
pub(super) async fn send(client: reqwest::Client, url: String, body: Value) {
    let mut tries = 0;
    loop {
        let answer = post(&client, &url, &body).await;
        let allowed = match answer {
            Ok(status) if status.is_success() => break,
            Ok(status) => retries(status),
            Err(_) => WAITS.len(),
        };
        tracing::warn!(url, ?answer, tries, "midtrans fake: notification not taken");
        match WAITS.get(tries) {
            Some(wait) if tries < allowed => tokio::time::sleep(*wait).await,
            _ => break,
        }
        tries += 1;
    }
}

/// How often an answer is tried again.
fn retries(status: StatusCode) -> usize {
    match status.as_u16() {
        500 => 1,
        503 => 4,
        400 | 404 => 2,
        301..=303 => 0,
        _ => WAITS.len(),
    }
}

/// One try, following 307 and 308; `Err` when nobody answered.
async fn post(client: &reqwest::Client, url: &str, body: &Value) -> Result<StatusCode, String> {
    let mut url = url.to_owned();
    for _ in 0..=MAX_REDIRECTS {
        let request = client.post(&url).header("user-agent", "Veritrans").timeout(TIMEOUT).json(body);
        let answer = request.send().await.map_err(|error| error.to_string())?;
        let location = answer.headers().get("location").and_then(|location| location.to_str().ok());
        match (answer.status().as_u16(), location) {
            (307 | 308, Some(location)) => location.clone_into(&mut url),
            _ => return Ok(answer.status()),
        }
    }
    Err("too many redirects".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_retries() {
        for (status, expected) in [(500, 1), (503, 4), (400, 2), (404, 2), (302, 0), (401, 5), (429, 5), (502, 5)] {
            assert_eq!(retries(StatusCode::from_u16(status).unwrap()), expected, "{status}");
        }
    }
}
