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

use crate::{PushWrite, push::push_device_view::PushDeviceView};

/// A device, as the browser or the app knows it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum CreatePushDevice {
    /// A browser's subscription.
    Web {
        /// `endpoint` of the subscription: an address of a push service of Chrome, Edge, Firefox or Safari.
        #[schema(
            max_length = 1024,
            example = "https://fcm.googleapis.com/fcm/send/dpH5lCsTSSM:APA91bHqjZxM0VImWWqDRN7U0a3AycjUf4O"
        )]
        endpoint: String,
        /// `keys.p256dh` of the subscription.
        #[schema(
            max_length = 100,
            example = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
        )]
        p256dh: String,
        /// `keys.auth` of the subscription.
        #[schema(max_length = 30, example = "BTBZMqHH6r4Tts7J_aSIgg")]
        auth: String,
    },
    /// An app's registration at Firebase.
    Fcm {
        /// The registration token.
        #[schema(
            min_length = 1,
            max_length = 2048,
            pattern = "^[!-~]+$",
            example = "bk3RNwTe3H0:CI2k_HHwgIpoDKCIZvvDMExUdFQ3P1"
        )]
        token: String,
        /// What the app runs on.
        platform: Platform,
    },
}

/// Register a push device
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

fn address_of(body: CreatePushDevice, local: Option<&str>) -> Result<PushAddress, Problem> {
    let invalid = |field: &str, why: String| Problem::invalid(field, "INVALID_VALUE", why);
    match body {
        CreatePushDevice::Web { endpoint, p256dh, auth } => {
            let endpoint = Endpoint::parse(&endpoint, local).map_err(|error| invalid("endpoint", error.to_string()))?;
            let keys = WebKeys::parse(&p256dh, &auth).map_err(|error| invalid("p256dh", error.to_string()))?;
            Ok(PushAddress::Web { endpoint, keys })
        }
        CreatePushDevice::Fcm { token, platform } => {
            let token = AppToken::try_from(token).map_err(|error| invalid("token", error.to_string()))?;
            Ok(PushAddress::Fcm { token, platform })
        }
    }
}

#[cfg(test)]
#[path = "push_devices_tests.rs"]
mod tests;
