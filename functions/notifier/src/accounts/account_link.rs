//! Links in mails that do something to an account once: a request opens one, in the user's row.
//!
//! The link itself is made of the row and the platform's key when the mail is sent.

use cloud::Ctx;
use events::AddressHash;
use identity::{LinkKeys, LinkPurpose, LinkRequest, User, Users, VerifyToken};
use table::WriteError;

use crate::{NotifierError, announcer::Announcer};

/// Opens the link that a request asks for, and gives the user to mail it to; `None` when nobody is to be written to. The
/// same request, delivered again, finds its link open.
///
/// # Errors
/// Those of the table, and another change of the user in between: the event must come again.
pub(crate) async fn open_on_request(
    ctx: &Ctx,
    announcer: &Announcer<'_>,
    address: &AddressHash,
    purpose: LinkPurpose,
    decide: impl FnOnce(User, VerifyToken) -> LinkRequest,
) -> Result<Option<(User, VerifyToken)>, NotifierError> {
    let users = Users::new(ctx.table(), announcer.scope());
    let Some(user) = users.find_by_address(address.as_str()).await? else { return Ok(None) };
    let keys = LinkKeys::new(ctx.ports().keys.hmac(LinkKeys::LABEL));
    let open = VerifyToken::new(purpose, keys.nonce(announcer.event.id), announcer.event.occurred_at);
    match decide(user.clone(), open.clone()) {
        LinkRequest::Ignored => Ok(None),
        LinkRequest::Open => Ok(Some((user, open))),
        LinkRequest::Opens(next) => match table::write_alone(ctx.table(), |tx| users.save(tx, &next)).await {
            Ok(_) => Ok(Some((*next, open))),
            Err(WriteError::ConditionFailed { .. }) => Err(NotifierError::InFlight),
            Err(WriteError::Table(error)) => Err(error.into()),
        },
    }
}
