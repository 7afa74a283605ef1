//! `tenant_export.requested`, `tenant_export.ready`: the owner of a tenant hears that all of its data leaves, whoever asked for it.

use cloud::Ctx;
use events::{
    Event, Told,
    tenant::export::{TenantExportReady, TenantExportRequested},
};
use messaging::{
    Values,
    catalogue::{EXPORT_READY, EXPORT_REQUESTED, MessageKind},
};

use crate::{NotifierError, announcer::Announcer};

/// To the owner, in the platform's name.
pub(crate) async fn requested(ctx: Ctx, Told { event, .. }: Told<TenantExportRequested>) -> Result<(), NotifierError> {
    tell_owner(&ctx, &event, EXPORT_REQUESTED).await
}

/// To the owner, in the platform's name.
pub(crate) async fn ready(ctx: Ctx, Told { event, .. }: Told<TenantExportReady>) -> Result<(), NotifierError> {
    tell_owner(&ctx, &event, EXPORT_READY).await
}

async fn tell_owner(ctx: &Ctx, event: &Event, kind: MessageKind) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(ctx, event).await? else { return Ok(()) };
    announcer.tell_owner(kind, Values::new()).await
}
