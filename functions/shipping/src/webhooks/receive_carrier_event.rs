//! `POST /api/v1/webhooks/shipping/{tenant}/{carrier}`: a carrier tells of a parcel.
//!
//! The body is verified as it came. Events come in any order and any number of times: what is known changes nothing. 200 is given
//! once the event is stored, or is about no parcel of ours; 401 to strangers and 400 to what is no event; 503 when something of
//! ours is out of reach, and the carrier sends again. Round trips: the tenant (cached) and its secret (cached), one read, one read
//! beside one query, one transaction; the last two again for every race that is lost.

use axum::extract::{Path, State};
use carriers::{Followed, Forwarder, accounts};
use events::Cause;
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use shipping::{HearError, ShippingCarrier, ToldBy, TrackingWord};
use table::TenantScope;
use utoipa::ToSchema;
use web::{Api, Envelope, Problem, RawBody, Reply, RequestInfo, WebhookSender};

/// What came of an event.
#[derive(Debug, Serialize, ToSchema)]
pub struct CarrierEventReceived {
    /// What it did.
    pub outcome: CarrierEventOutcome,
}

/// What an event did.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CarrierEventOutcome {
    /// Something was seen that was not known.
    Applied,
    /// It was known before, or is about no parcel of ours.
    Ignored,
}

/// Receive a carrier's event
///
/// For EasyPost only: signed with the webhook secret that you gave, over the raw body. `tracker.created` and `tracker.updated` are
/// followed, all others ignored.
#[utoipa::path(
    post,
    path = "/api/v1/webhooks/shipping/{tenant}/{carrier}",
    params(
        ("tenant" = String, Path, description = "The tenant's id or slug"),
        ("carrier" = String, Path, description = "`easypost`")
    ),
    request_body(
        content = Object, description = "The carrier's event, as it sends it",
        example = json!({
            "id": "evt_123", "object": "Event", "description": "tracker.updated", "mode": "test",
            "previous_attributes": {"status": "unknown"},
            "result": {
                "id": "trk_1", "object": "Tracker", "tracking_code": "EZ1000000001", "status": "in_transit",
                "updated_at": "2026-11-20T10:00:00Z",
                "tracking_details": [{
                    "object": "TrackingDetail", "message": "Arrived", "status": "in_transit",
                    "datetime": "2026-11-20T09:00:00Z", "tracking_location": {"city": "HOUSTON"}
                }]
            }
        })
    ),
    responses(
        (status = 200, body = Envelope<CarrierEventReceived>), (status = 400, description = "INVALID_BODY: signed, and no event"),
        (status = 401, description = "INVALID_SIGNATURE"),
        (status = 429, description = "RATE_LIMITED: too many refused calls from one address"),
        (status = 503, description = "UNAVAILABLE, CARRIER_UNAVAILABLE: send it again")
    )
)]
pub async fn receive_carrier_event(
    State(api): State<Api>,
    info: RequestInfo,
    sender: WebhookSender,
    Path((tenant, carrier)): Path<(String, String)>,
    headers: HeaderMap,
    RawBody(raw): RawBody,
) -> Result<Reply, Problem> {
    let (scope, carrier, word) = match proven(&api, &sender, (&tenant, &carrier), (&headers, &raw)).await {
        Ok(proven) => proven,
        Err(problem) => return Err(sender.refuse(&api, come_again(problem)).await),
    };
    let followed = match word {
        Some(word) => follow(&api, &info, (scope, carrier), &word).await.map_err(come_again)?,
        None => Followed::Nothing,
    };
    let outcome = match followed {
        Followed::Changed => CarrierEventOutcome::Applied,
        Followed::Nothing => CarrierEventOutcome::Ignored,
    };
    Reply::ok(&CarrierEventReceived { outcome })
}

/// The tenant whose secret signed the call, and what it says.
async fn proven(
    api: &Api,
    sender: &WebhookSender,
    (tenant, carrier): (&str, &str),
    (headers, raw): (&HeaderMap, &[u8]),
) -> Result<(TenantScope, ShippingCarrier, Option<TrackingWord>), Problem> {
    let carrier: ShippingCarrier = carrier.parse().map_err(|_| HearError::NotSigned)?;
    let known = sender.tenant(api, tenant).await?;
    let scope = TenantScope::new(known.ok_or(HearError::NotSigned)?.id);
    let account = accounts::find(api, scope, carrier).await?.ok_or(HearError::NotSigned)?;
    Ok((scope, carrier, account.api.hear(headers, raw)?))
}

async fn follow(
    api: &Api,
    info: &RequestInfo,
    (scope, carrier): (TenantScope, ShippingCarrier),
    word: &TrackingWord,
) -> Result<Followed, Problem> {
    let cause = Cause::from(info);
    let forwarder = Forwarder { ctx: api, scope, cause: &cause };
    match forwarder.shipments().find(carrier, &word.code).await? {
        Some(parcel) => Ok(forwarder.follow(parcel, &word.news, ToldBy::Calls).await?),
        None => Ok(Followed::Nothing),
    }
}

/// Whatever broke here, the carrier's word must not be lost: it sends again after a 503.
fn come_again(problem: Problem) -> Problem {
    if problem.status() == StatusCode::INTERNAL_SERVER_ERROR { shipping::CarrierError::Busy.into() } else { problem }
}

#[cfg(test)]
mod tests {
    use kernel::Secret;
    use serde_json::{Value, json};
    use shipping::easypost::sign;
    use testkit::Answer;

    use crate::world::World;

    fn event(code: &str, details: &[(&str, &str)]) -> String {
        let last = details.last().map_or("unknown", |(status, _)| status);
        let details = details.iter().map(|(status, at)| json!({"status": status, "datetime": at, "message": "seen"}));
        json!({
            "id": "evt_1", "object": "Event", "description": "tracker.updated",
            "result": {
                "tracking_code": code, "status": last, "weight": 614.4, "tracking_details": details.collect::<Vec<Value>>()
            }
        })
        .to_string()
    }

    async fn send(world: &World, name: &str, body: &str) -> Answer {
        let signed = sign(body.as_bytes(), &Secret::new("whsec_easypost".to_owned()));
        let path = format!("/api/v1/webhooks/shipping/{name}/easypost");
        let call = world.client.call(http::Method::POST, path).header("content-type", "application/json");
        call.header("x-hmac-signature", signed).raw(body.as_bytes().to_vec()).send().await
    }

    async fn made(world: &World) -> String {
        let made = world.post("/shipments", "k1", world.to_buy()).await;
        assert_eq!(made.status, 201, "{}", made.snapshot());
        made.text("/data/id")
    }

    const TRANSIT: (&str, &str) = ("in_transit", "2026-11-21T02:00:00Z");
    const DELIVERED: (&str, &str) = ("delivered", "2026-11-22T02:00:00Z");

    #[tokio::test]
    async fn commerce_t17_events_in_the_wrong_order_and_twice_leave_it_delivered() {
        let world = World::sending().await;
        let id = made(&world).await;
        for (body, outcome) in [
            (event("EZ1", &[DELIVERED]), "applied"),
            (event("EZ1", &[TRANSIT]), "applied"),
            (event("EZ1", &[TRANSIT, DELIVERED]), "ignored"),
            (event("EZ1", &[DELIVERED]), "ignored"),
        ] {
            let answer = send(&world, "toko-a", &body).await;
            assert_eq!((answer.status.as_u16(), answer.text("/data/outcome").as_str()), (200, outcome), "{body}");
        }
        let tracking = world.get(&format!("/tracking/{id}")).await;
        insta::assert_snapshot!(tracking.snapshot(), @r#"
        200 OK
        {
          "data": {
            "events": [
              {
                "at": "2026-11-22T02:00:00.000Z",
                "message": "seen",
                "parcel": 1,
                "place": null,
                "status": "delivered"
              },
              {
                "at": "2026-11-21T02:00:00.000Z",
                "message": "seen",
                "parcel": 1,
                "place": null,
                "status": "in_transit"
              }
            ],
            "parcels": [
              {
                "since": "2026-11-22T02:00:00.000Z",
                "status": "delivered",
                "trackingCode": "EZ1"
              }
            ],
            "shipmentId": "shp_01M7XSW1M0000000000000000B",
            "status": "delivered"
          },
          "success": true
        }
        "#);
        assert_eq!(world.told().await, ["shipment.created", "shipment.updated"]);
        let back = event("EZ1", &[("return_to_sender", "2026-11-25T02:00:00Z")]);
        assert_eq!(send(&world, "toko-a", &back).await.text("/data/outcome"), "applied");
        assert_eq!(world.get(&format!("/tracking/{id}")).await.text("/data/status"), "return_to_sender");
    }

    #[tokio::test]
    async fn strangers_are_refused_and_what_is_of_no_parcel_is_ignored() {
        let world = World::sending().await;
        made(&world).await;
        let body = event("EZ1", &[DELIVERED]);
        let path = |name: &str, carrier: &str| format!("/api/v1/webhooks/shipping/{name}/{carrier}");
        let signed = sign(body.as_bytes(), &Secret::new("whsec_easypost".to_owned()));
        world.stack.tenant("toko-b").await;
        for (path, signature) in [
            (path("toko-a", "easypost"), "hmac-sha256-hex=00".to_owned()),
            (path("toko-a", "easypost"), sign(body.as_bytes(), &Secret::new("other".to_owned()))),
            (path("toko-a", "rajaongkir"), signed.clone()),
            (path("toko-a", "own"), signed.clone()),
            (path("toko-a", "pigeon"), signed.clone()),
            (path("toko-b", "easypost"), signed.clone()),
            (path("nobody", "easypost"), signed),
        ] {
            let call = world.client.call(http::Method::POST, path.clone()).header("content-type", "application/json");
            let call = call.header("x-hmac-signature", signature).raw(body.as_bytes().to_vec());
            let answer = call.send().await;
            assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (401, "INVALID_SIGNATURE"), "{path}");
        }
        assert_eq!(world.told().await, ["shipment.created"]);
        assert_eq!(send(&world, "toko-a", &event("EZ999", &[DELIVERED])).await.text("/data/outcome"), "ignored");
        let other = r#"{"id":"evt_2","object":"Event","description":"batch.created","result":{}}"#;
        assert_eq!(send(&world, "toko-a", other).await.text("/data/outcome"), "ignored");
        assert_eq!(send(&world, "toko-a", "{}").await.text("/code"), "INVALID_BODY");
    }
}
