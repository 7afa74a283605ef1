//! Links in mails that do something to an account once.
//!
//! A link is made from the user's row and the platform's key when the mail is sent: no event, queue or log ever holds it.

use cloud::Ctx;
use events::{AddressHash, Event};
use identity::{LinkClaim, LinkKeys, LinkRequest, Purpose, User, Users, VerifyToken};
use messaging::Link;
use table::WriteError;

use crate::{NotifierError, courier::Courier};

/// The keys of links.
pub(crate) fn keys(ctx: &Ctx) -> LinkKeys {
    LinkKeys::new(ctx.ports().keys.hmac(LinkKeys::LABEL))
}

/// The link to the page of a purpose. The token stands in the fragment, which browsers send to nobody.
///
/// # Errors
/// The public URL of the deployment is not known.
pub(crate) fn link(
    ctx: &Ctx,
    courier: &Courier<'_>,
    purpose: Purpose,
    user: &User,
    open: &VerifyToken,
) -> Result<Link, NotifierError> {
    let claim = LinkClaim { tenant: courier.tenant.id, purpose, subject: user.id.ulid() };
    let token = keys(ctx).token(claim, open);
    let (base, page, tenant) = (&ctx.config().public_url, purpose.page(), &courier.tenant.slug);
    let address = format!("{base}/account/{page}#tenant={tenant}&token={}", token.expose());
    Link::parse(&address).map_err(|_| NotifierError::NoLink)
}

/// Opens the link that a request asks for, and gives the user to mail it to; `None` when nobody is to be written to. The
/// same request, delivered again, finds its link open.
///
/// # Errors
/// Those of the table, and another change of the user in between: the event must come again.
pub(crate) async fn open_on_request(
    ctx: &Ctx,
    courier: &Courier<'_>,
    (event, address): (&Event, &AddressHash),
    purpose: Purpose,
    decide: impl FnOnce(User, VerifyToken) -> LinkRequest,
) -> Result<Option<(User, VerifyToken)>, NotifierError> {
    let users = Users::new(ctx.table(), courier.scope());
    let Some(user) = users.find_by_address(address.as_str()).await? else { return Ok(None) };
    let open = VerifyToken::new(purpose, keys(ctx).nonce(event.id), event.occurred_at);
    match decide(user.clone(), open.clone()) {
        LinkRequest::Ignored => Ok(None),
        LinkRequest::Open => Ok(Some((user, open))),
        LinkRequest::Opens(next) => match ctx.table().write(users.replace(&next)?).await {
            Ok(_) => Ok(Some((*next, open))),
            Err(WriteError::ConditionFailed { .. }) => Err(NotifierError::InFlight),
            Err(WriteError::Table(error)) => Err(error.into()),
        },
    }
}
