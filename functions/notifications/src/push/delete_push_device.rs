//! `DELETE /api/v1/push-devices/{id}`: write to one of the caller's devices no more.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read, one transaction.

use axum::extract::State;
use kernel::PushDeviceId;
use messaging::push::Devices;
use table::{Race, TransactError, Transaction, until_settled};
use web::{Api, Caller, Envelope, Id, Problem, Reply};

use crate::{PushWrite, push::push_device_view::PushDeviceView};

/// Delete a push device
///
/// For signing out there. One that its push service does not know any more goes by itself.
#[utoipa::path(
    delete, path = "/api/v1/push-devices/{id}",
    responses((status = 200, body = Envelope<PushDeviceView>), (status = 409, description = "CONFLICT"))
)]
pub async fn delete_push_device(
    State(api): State<Api>,
    caller: Caller<PushWrite>,
    Id(id): Id<PushDeviceId>,
) -> Result<Reply, Problem> {
    let devices = Devices::new(api.table(), caller.scope);
    until_settled(Problem::conflict, || async {
        let book = devices.book(caller.user).await?;
        let device = book.find(id).ok_or_else(Problem::not_found)?;
        let mut transaction = Transaction::new();
        devices.remove(&mut transaction, (caller.user, &book), &[id])?;
        match api.table().transact(transaction).await {
            Ok(()) => Ok(Race::Settled(Reply::ok(&PushDeviceView::from(device))?)),
            Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
            Err(TransactError::Table(error)) => Err(error.into()),
        }
    })
    .await
}
