//! `tenant.limit_warning`, `tenant.limit_reached`: the owner of a tenant hears how much of what the plan holds is used, and what becomes
//! of what is beyond.

use cloud::Ctx;
use events::{
    Event, Told,
    tenant::limits::{LimitPolicy, LimitUse, TenantLimitReached, TenantLimitWarning},
};
use kernel::Resource;
use messaging::{
    Values,
    catalogue::{
        AI_LIMIT_REACHED, AI_LIMIT_REACHED_BILLED, AI_LIMIT_WARNING, AI_LIMIT_WARNING_BILLED, CALL_LIMIT_REACHED,
        CALL_LIMIT_REACHED_BILLED, CALL_LIMIT_WARNING, CALL_LIMIT_WARNING_BILLED, MEMBER_LIMIT_REACHED,
        MEMBER_LIMIT_REACHED_BILLED, MEMBER_LIMIT_WARNING, MEMBER_LIMIT_WARNING_BILLED, MessageKind,
        STORAGE_LIMIT_REACHED, STORAGE_LIMIT_REACHED_BILLED, STORAGE_LIMIT_WARNING, STORAGE_LIMIT_WARNING_BILLED,
    },
};
use tenancy::limits::GIGABYTE;

use crate::{NotifierError, announcer::Announcer};

/// To the owner, in the platform's name.
pub(crate) async fn warned(ctx: Ctx, Told { event, data }: Told<TenantLimitWarning>) -> Result<(), NotifierError> {
    let kind = match (data.0.resource, data.0.policy) {
        (Resource::Users, LimitPolicy::Blocked) => MEMBER_LIMIT_WARNING,
        (Resource::Users, LimitPolicy::Billed) => MEMBER_LIMIT_WARNING_BILLED,
        (Resource::StorageBytes, LimitPolicy::Blocked) => STORAGE_LIMIT_WARNING,
        (Resource::StorageBytes, LimitPolicy::Billed) => STORAGE_LIMIT_WARNING_BILLED,
        (Resource::ApiCalls, LimitPolicy::Blocked) => CALL_LIMIT_WARNING,
        (Resource::ApiCalls, LimitPolicy::Billed) => CALL_LIMIT_WARNING_BILLED,
        (Resource::AiInteractions, LimitPolicy::Blocked) => AI_LIMIT_WARNING,
        (Resource::AiInteractions, LimitPolicy::Billed) => AI_LIMIT_WARNING_BILLED,
    };
    tell_owner(&ctx, &event, kind, &data.0).await
}

/// To the owner, in the platform's name.
pub(crate) async fn reached(ctx: Ctx, Told { event, data }: Told<TenantLimitReached>) -> Result<(), NotifierError> {
    let kind = match (data.0.resource, data.0.policy) {
        (Resource::Users, LimitPolicy::Blocked) => MEMBER_LIMIT_REACHED,
        (Resource::Users, LimitPolicy::Billed) => MEMBER_LIMIT_REACHED_BILLED,
        (Resource::StorageBytes, LimitPolicy::Blocked) => STORAGE_LIMIT_REACHED,
        (Resource::StorageBytes, LimitPolicy::Billed) => STORAGE_LIMIT_REACHED_BILLED,
        (Resource::ApiCalls, LimitPolicy::Blocked) => CALL_LIMIT_REACHED,
        (Resource::ApiCalls, LimitPolicy::Billed) => CALL_LIMIT_REACHED_BILLED,
        (Resource::AiInteractions, LimitPolicy::Blocked) => AI_LIMIT_REACHED,
        (Resource::AiInteractions, LimitPolicy::Billed) => AI_LIMIT_REACHED_BILLED,
    };
    tell_owner(&ctx, &event, kind, &data.0).await
}

async fn tell_owner(ctx: &Ctx, event: &Event, kind: MessageKind, told: &LimitUse) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(ctx, event).await? else { return Ok(()) };
    let limit = match told.resource {
        Resource::StorageBytes => told.limit / GIGABYTE,
        Resource::Users | Resource::ApiCalls | Resource::AiInteractions => told.limit,
    };
    let percent = told.used.saturating_mul(100).checked_div(told.limit).unwrap_or(100);
    let says = Values::new().text("percent", &percent.to_string()).text("limit", &limit.to_string());
    let says = match told.resets_at {
        Some(reset) => says.date("reset", reset.date_in(&announcer.tenant.timezone)),
        None => says,
    };
    announcer.tell_owner(kind, says).await
}
