//! What EasyPost tells of a parcel, in its calls and when it is asked.

use http::HeaderMap;
use kernel::Timestamp;
use serde::Deserialize;

use super::{
    account::EasyPostAccount,
    signature,
    wire::{EasyDetail, EasyTracker},
};
use crate::{
    HearError, TrackingNews, TrackingStatus, TrackingWord,
    port::{carrier_api::said, status::of_easypost},
};

/// An event. Its result is read only where it is a tracker: bodies hold floats, which are nobody's here.
#[derive(Deserialize)]
struct EasyEvent<'a> {
    object: String,
    description: String,
    #[serde(borrow)]
    result: Option<&'a serde_json::value::RawValue>,
}

/// What a call says, once it is proven.
///
/// # Errors
/// `NotSigned`, `NoEvent`.
pub(super) fn hear(
    account: &EasyPostAccount,
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
) -> Result<Option<TrackingWord>, HearError> {
    let secret = account.webhook_secret.as_ref().ok_or(HearError::NotSigned)?;
    let header = headers.get("x-hmac-signature").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !signature::is_signed(header, body, secret) {
        return Err(HearError::NotSigned);
    }
    let event: EasyEvent = serde_json::from_slice(body).map_err(|_| HearError::NoEvent)?;
    if event.object != "Event" {
        return Err(HearError::NoEvent);
    }
    if !matches!(event.description.as_str(), "tracker.created" | "tracker.updated") {
        return Ok(None);
    }
    let result = event.result.ok_or(HearError::NoEvent)?;
    let tracker: EasyTracker = serde_json::from_str(result.get()).map_err(|_| HearError::NoEvent)?;
    // A parcel of somebody who uses the account beside us may have any number.
    let Ok(code) = tracker.tracking_code.clone().try_into() else { return Ok(None) };
    Ok(Some(TrackingWord { code, news: news(&tracker, now) }))
}

/// What a tracker has seen: its details, and where it says to be where no detail does.
pub(super) fn news(tracker: &EasyTracker, now: Timestamp) -> Vec<TrackingNews> {
    let mut news: Vec<TrackingNews> = tracker.tracking_details.iter().filter_map(detail).collect();
    let status = of_easypost(&tracker.status);
    if status != TrackingStatus::Unknown && news.iter().all(|seen| seen.status != status) {
        let at = tracker.updated_at.as_deref().and_then(|at| at.parse().ok()).unwrap_or(now);
        news.push(TrackingNews { status, at, message: String::new(), place: None });
    }
    news
}

fn detail(detail: &EasyDetail) -> Option<TrackingNews> {
    let place = detail.tracking_location.as_ref().and_then(|place| place.city.as_deref());
    Some(TrackingNews {
        status: of_easypost(&detail.status),
        at: detail.datetime.parse().ok()?,
        message: said(detail.message.as_deref().unwrap_or_default()),
        place: place.map(said).filter(|place| !place.is_empty()),
    })
}

#[cfg(test)]
mod tests {
    use kernel::Secret;
    use serde_json::json;

    use super::*;
    use crate::easypost::account::tests::account;

    fn call(body: &str) -> Result<Option<TrackingWord>, HearError> {
        let mut headers = HeaderMap::new();
        let signed = signature::sign(body.as_bytes(), &Secret::new("whsec_easypost".to_owned()));
        headers.insert("x-hmac-signature", signed.parse().unwrap());
        hear(&account(), &headers, body.as_bytes(), "2026-12-01T00:00:00Z".parse().unwrap())
    }

    #[test]
    fn a_tracker_tells_what_it_saw() {
        let body = json!({
            "id": "evt_1", "object": "Event", "description": "tracker.updated", "mode": "test",
            "previous_attributes": {"status": "unknown"},
            "result": {
                "id": "trk_1", "object": "Tracker", "tracking_code": "EZ1000000001", "status": "in_transit",
                "updated_at": "2026-11-20T10:00:00Z", "weight": 17.6,
                "tracking_details": [
                    {"object": "TrackingDetail", "message": "Shipping Label Created", "status": "pre_transit",
                     "datetime": "2026-11-20T07:00:00Z", "tracking_location": {"city": "HOUSTON", "state": "TX"}},
                    {"object": "TrackingDetail", "message": "Arrived", "status": "in_transit",
                     "datetime": "2026-11-20T09:00:00Z", "tracking_location": {"city": null}},
                    {"object": "TrackingDetail", "status": "in_transit", "datetime": "soon"}
                ]
            }
        });
        let word = call(&body.to_string()).unwrap().unwrap();
        assert_eq!(word.code.as_str(), "EZ1000000001");
        let told: Vec<_> =
            word.news.iter().map(|seen| (seen.status.as_str(), seen.at.to_string(), seen.place.as_deref())).collect();
        assert_eq!(
            told,
            [
                ("pre_transit", "2026-11-20T07:00:00.000Z".to_owned(), Some("HOUSTON")),
                ("in_transit", "2026-11-20T09:00:00.000Z".to_owned(), None),
            ]
        );
    }

    #[test]
    fn a_status_without_details_counts_too() {
        let body = json!({"object": "Event", "description": "tracker.updated", "result": {
            "tracking_code": "EZ4", "status": "delivered", "updated_at": "2026-11-20T10:00:00Z"}});
        let news = call(&body.to_string()).unwrap().unwrap().news;
        assert_eq!((news.len(), news[0].status), (1, TrackingStatus::Delivered));
        assert_eq!(news[0].at.to_string(), "2026-11-20T10:00:00.000Z");
    }

    #[test]
    fn what_is_about_no_parcel_changes_nothing_and_what_is_no_event_is_refused() {
        assert_eq!(call(r#"{"id":"evt_123","object":"Event","description":"batch.created","result":{}}"#), Ok(None));
        assert_eq!(call("{}"), Err(HearError::NoEvent));
        assert_eq!(call(r#"{"object":"Event","description":"tracker.updated"}"#), Err(HearError::NoEvent));
        let unsigned = hear(&account(), &HeaderMap::new(), b"{}", "2026-12-01T00:00:00Z".parse().unwrap());
        assert_eq!(unsigned, Err(HearError::NotSigned));
    }
}
