//! `GET /api/v1/push-devices`: the caller's browsers and phones, the one that registered first is first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use messaging::push::Devices;
use web::{Api, Caller, Envelope, Problem, Reply};

use crate::{PushWrite, push::push_device_view::PushDeviceView};

/// List push devices
///
/// The caller's own, at most 20.
#[utoipa::path(get, path = "/api/v1/push-devices", responses((status = 200, body = Envelope<Vec<PushDeviceView>>)))]
pub async fn list_push_devices(State(api): State<Api>, caller: Caller<PushWrite>) -> Result<Reply, Problem> {
    let book = Devices::new(api.table(), caller.scope).book(caller.user).await?;
    let devices: Vec<PushDeviceView> = book.devices.iter().map(PushDeviceView::from).collect();
    Reply::ok(&devices)
}
