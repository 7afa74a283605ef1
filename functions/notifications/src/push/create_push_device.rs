//! `POST /api/v1/push-devices`: reach the caller on a browser or a phone.
//!
//! The same registration is the same device, however often it comes. One that was another user's moves to the caller: somebody
//! else signed in there. Round trips: one rate-limit write beside one read of the caller's standing (none when known), two
//! reads, a third where the device was another's, one transaction.

use axum::extract::State;
use messaging::push::{AppToken, DeviceIndex, Devices, Endpoint, Platform, PushAddress, PushDevice, WebKeys};
use serde::Deserialize;
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Json, Optional, Problem, Reply};

use crate::{
    PushWrite,
    push::push_device_view::{PushDeviceView, PushKind},
};

/// A device, as the browser or the app knows it: a browser has `endpoint`, `p256dh` and `auth`, an app has `token` and
/// `platform`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "kind": "fcm", "token": "bk3RNwTe3H0:CI2k_HHwgIpoDKCIZvvDMExUdFQ3P1", "platform": "android"
}))]
pub struct CreatePushDevice {
    /// How it is reached.
    pub kind: PushKind,
    /// `endpoint` of a browser's subscription: an address of a push service of Chrome, Edge, Firefox or Safari.
    #[schema(
        max_length = 1024,
        example = "https://fcm.googleapis.com/fcm/send/dpH5lCsTSSM:APA91bHqjZxM0VImWWqDRN7U0a3Ay"
    )]
    pub endpoint: Option<String>,
    /// `keys.p256dh` of the subscription.
    #[schema(
        max_length = 100,
        example = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    )]
    pub p256dh: Option<String>,
    /// `keys.auth` of the subscription.
    #[schema(max_length = 30, example = "BTBZMqHH6r4Tts7J_aSIgg")]
    pub auth: Option<String>,
    /// The registration token that Firebase gave an app.
    #[schema(max_length = 2048, example = "bk3RNwTe3H0:CI2k_HHwgIpoDKCIZvvDMExUdFQ3P1")]
    pub token: Option<String>,
    /// What the app runs on.
    pub platform: Option<Platform>,
}

/// Create a push device
///
/// The caller is then told things there too, but never a link or a code. The same device may register as often as it likes;
/// where another user had registered it, it is the caller's from now on.
#[utoipa::path(
    post, path = "/api/v1/push-devices",
    responses(
        (status = 201, body = Envelope<PushDeviceView>),
        (status = 409, description = "TOO_MANY_DEVICES: 20 are registered")
    )
)]
pub async fn create_push_device(
    State(api): State<Api>,
    caller: Caller<PushWrite>,
    key: Optional,
    Json(body): Json<CreatePushDevice>,
) -> Result<Reply, Problem> {
    let address = address_of(body, api.config().providers.web_push.as_deref())?;
    let index = DeviceIndex::new(&api.ports().keys.derive(DeviceIndex::LABEL));
    let id = index.of(caller.tenant(), &address);
    let device = PushDevice { id, address, registered_at: api.now() };
    let devices = Devices::new(api.table(), caller.scope);
    let outcome = until_settled(Problem::conflict, || async {
        let (book, owner) = tokio::try_join!(devices.book(caller.user), devices.owner(id))?;
        let mut transaction = Transaction::new();
        devices.save(&mut transaction, caller.user, &book.with(device.clone())?)?;
        devices.save_owner(&mut transaction, id, caller.user, owner)?;
        if let Some(former) = owner.filter(|owner| *owner != caller.user) {
            let theirs = devices.book(former).await?;
            if theirs.find(id).is_some() {
                devices.save(&mut transaction, former, &theirs.without(&[id]))?;
            }
        }
        let reply = Reply::created(&PushDeviceView::from(&device))?;
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await;
    key.settle(&api, outcome).await
}

/// Reads what the kind of device has, and nothing that only the other kind has.
fn address_of(body: CreatePushDevice, local: Option<&str>) -> Result<PushAddress, Problem> {
    let invalid = |field: &str, why: String| Problem::invalid(field, "INVALID_VALUE", why);
    let CreatePushDevice { kind, endpoint, p256dh, auth, token, platform } = body;
    match (kind, endpoint, p256dh, auth, token, platform) {
        (PushKind::Web, Some(endpoint), Some(p256dh), Some(auth), None, None) => {
            let endpoint =
                Endpoint::parse(&endpoint, local).map_err(|error| invalid("/endpoint", error.to_string()))?;
            let keys = WebKeys::parse(&p256dh, &auth).map_err(|error| invalid("p256dh", error.to_string()))?;
            Ok(PushAddress::Web { endpoint, keys })
        }
        (PushKind::Fcm, None, None, None, Some(token), Some(platform)) => {
            let token = AppToken::try_from(token).map_err(|error| invalid("token", error.to_string()))?;
            Ok(PushAddress::Fcm { token, platform })
        }
        (PushKind::Web, ..) => Err(invalid("/kind", "a browser has endpoint, p256dh and auth, and no more".to_owned())),
        (PushKind::Fcm, ..) => Err(invalid("/kind", "an app has token and platform, and no more".to_owned())),
    }
}

#[cfg(test)]
#[path = "push_devices_tests.rs"]
mod tests;
