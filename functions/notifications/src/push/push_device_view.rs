//! A device as its user sees it.

use kernel::{PushDeviceId, Timestamp};
use messaging::push::{Platform, PushAddress, PushDevice};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A browser or a phone.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PushDeviceView {
    /// Its id, always the same for a registration.
    pub id: PushDeviceId,
    /// How it is reached.
    pub kind: PushKind,
    /// What an app runs on.
    #[schema(required)]
    pub platform: Option<Platform>,
    /// Which push service a browser uses.
    #[schema(required, example = "https://fcm.googleapis.com")]
    pub service: Option<String>,
    /// When it registered last.
    pub registered_at: Timestamp,
}

/// How a device is reached.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PushKind {
    /// A browser, by Web Push.
    Web,
    /// An app, by Firebase Cloud Messaging.
    Fcm,
}

impl From<&PushDevice> for PushDeviceView {
    /// Without its keys, its token and the path of its endpoint: whoever has those can write to it.
    fn from(device: &PushDevice) -> Self {
        let (kind, platform, service) = match &device.address {
            PushAddress::Web { endpoint, .. } => (PushKind::Web, None, Some(endpoint.origin())),
            PushAddress::Fcm { platform, .. } => (PushKind::Fcm, Some(*platform), None),
        };
        Self { id: device.id, kind, platform, service, registered_at: device.registered_at }
    }
}
