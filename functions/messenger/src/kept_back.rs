//! What leaves in the name of a tenant that is over, or that the platform's operator has suspended.

use messaging::{
    Notification,
    catalogue::{CUSTOMER_INVITATION, INVITATION, MessageKind},
    texts::TextKey,
};
use tenancy::{Tenant, TenantStatus};

/// Why nothing leaves for a tenant that is over.
const CLOSED: &str = "the tenant is closed";
/// Why what a tenant wrote itself does not leave.
const STOPPED: &str = "the operator has suspended the tenant";

/// Why a message does not leave as its tenant stands; `None` where it does. Whoever signs in, pays or is billed is
/// written to while a tenant is suspended too, since all that goes on. While the operator has suspended it, its own
/// messages and invitations are kept back.
pub(crate) fn kept_back(tenant: &Tenant, notification: &Notification) -> Option<&'static str> {
    if tenant.status == TenantStatus::Cancelled && !MessageKind::outlives_its_tenant(&notification.kind) {
        return Some(CLOSED);
    }
    let is_own = notification.kind.parse::<TextKey>().is_ok_and(|key| key.is_own());
    let invites = [INVITATION.key, CUSTOMER_INVITATION.key].contains(&notification.kind.as_str());
    (tenant.is_stopped_by_operator() && (is_own || invites)).then_some(STOPPED)
}
