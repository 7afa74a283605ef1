//! What a tenant's owner is told of the tenant itself: its trial, its end, its domains, and where its data go.

use kernel::Priority;

use crate::{ValueKind, catalogue::MessageKind};

/// A trial will be over soon.
pub const TRIAL_ENDING: MessageKind =
    kind!("trial_ending", Medium, "name": Text, "sender": Text, "tenant": Text, "end": Date, "guide": Link, "id": Text);

/// A trial is over, and the tenant did not convert.
pub const TRIAL_ENDED: MessageKind =
    kind!("trial_ended", Medium, "name": Text, "sender": Text, "tenant": Text, "guide": Link, "id": Text);

/// The platform's operator suspended the tenant.
pub const TENANT_SUSPENDED: MessageKind =
    kind!("tenant_suspended", Medium, "name": Text, "sender": Text, "tenant": Text, "reason": Text);

/// The platform's operator lifted a suspension.
pub const TENANT_REACTIVATED: MessageKind =
    kind!("tenant_reactivated", Medium, "name": Text, "sender": Text, "tenant": Text);

/// The platform's operator opened a tenant that had not converted: it is billed from a day on.
pub const TENANT_ACTIVATED: MessageKind = kind!(
    "tenant_activated", Medium, "name": Text, "sender": Text, "tenant": Text, "plan": Text, "from": Date
);

/// The record of a domain was missing for three days.
pub const DOMAIN_LOST: MessageKind =
    kind!("domain_lost", Medium, "name": Text, "sender": Text, "tenant": Text, "domain": Text);
/// Somebody asked for an archive of all that the tenant has. It has no link: whoever reads mails is not let at the archive.
pub const EXPORT_REQUESTED: MessageKind =
    kind!("export_requested", Critical, "name": Text, "sender": Text, "tenant": Text, "when": Text);
/// That archive is there. It has no link either.
pub const EXPORT_READY: MessageKind =
    kind!("export_ready", Critical, "name": Text, "sender": Text, "tenant": Text, "when": Text);

/// An administrator of the tenant ended it.
pub const TENANT_CANCELLED: MessageKind = kind!(
    "tenant_cancelled", Critical, "name": Text, "sender": Text, "tenant": Text, "when": Text, "reason": Text
);
/// The platform's operator ended the tenant.
pub const TENANT_CLOSED: MessageKind = kind!(
    "tenant_closed", Critical, "name": Text, "sender": Text, "tenant": Text, "when": Text, "reason": Text
);
/// All that the tenant has is to be erased on a day.
pub const ERASURE_SCHEDULED: MessageKind = kind!(
    "erasure_scheduled", Critical, "name": Text, "sender": Text, "tenant": Text, "when": Text, "erase": Date,
    "reason": Text
);
/// It is not to be erased after all.
pub const ERASURE_WITHDRAWN: MessageKind =
    kind!("erasure_withdrawn", Critical, "name": Text, "sender": Text, "tenant": Text, "when": Text);
