//! `POST /api/v1/webhooks/twilio/{tenant}`: Twilio tells what became of an SMS.
//!
//! Twilio is told this address with each message, and which notification it is about stands in it: the signature covers the
//! whole address. Reports come in any order and again; one that is further on takes the place of the one before. A number
//! whose owner said stop is written to no more. Round trips: the tenant and its secret (cached), one or two reads, one
//! transaction unless the report says nothing new.

use axum::extract::{Path, State};
use http::{HeaderMap, StatusCode, Uri};
use kernel::{NotificationId, TenantId};
use messaging::{
    Channel, ContactPoint, Hearing, OfAddress, SuppressionIndex, SuppressionReason,
    twilio::{self, CallbackError, OPTED_OUT, StatusCallback, TwilioAccount, TwilioCall},
};
use serde_json::json;
use table::{TenantScope, until_settled};
use web::{Api, Problem, RawBody, Reply, WebhookSender};

/// Receive a Twilio status callback
///
/// For Twilio only: signed with the account's token, or with a key that is shared for webhooks.
#[utoipa::path(
    post,
    path = "/api/v1/webhooks/twilio/{tenant}",
    params(("tenant" = String, Path, description = "The tenant's id or slug"), ("notification" = Option<String>, Query, description = "Which notification the message is of"), ("bodySHA256" = Option<String>, Query, description = "The hash of a JSON body"), ("X-Twilio-Signature" = String, Header, description = "The signature"), ("X-Twilio-Webhooks-Signature-Settings" = Option<String>, Header, description = "Which key and algorithm, where it is not the token with SHA-1")),
    request_body(
        content = Object, content_type = "application/x-www-form-urlencoded", description = "A report, as Twilio sends it",
        example = json!({
            "MessageSid": "SM0123456789abcdef0123456789abcdef", "MessageStatus": "delivered",
            "AccountSid": "AC0123456789abcdef0123456789abcdef", "To": "+6281234567890"
        })
    ),
    responses(
        (status = 200, description = "Done"), (status = 400, description = "INVALID_BODY: signed, and no report"),
        (status = 401, description = "INVALID_SIGNATURE"),
        (status = 409, description = "CONFLICT"),
        (status = 429, description = "RATE_LIMITED: too many refused calls from one address")
    )
)]
pub async fn receive_twilio_status(
    State(api): State<Api>,
    sender: WebhookSender,
    Path(tenant): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    RawBody(raw): RawBody,
) -> Result<Reply, Problem> {
    let Proven { tenant, callback } = match proven(&api, &sender, &tenant, (&uri, &headers, &raw)).await {
        Ok(proven) => proven,
        Err(problem) => return Err(sender.refuse(&api, problem).await),
    };
    let done = Reply::json(StatusCode::OK, &json!({}));
    // A step that we do not know, or a message that is of no notification: sent by hand, or by an older release.
    let (Some(heard), Some(notification)) = (callback.heard, notification_of(&uri)) else { return done };
    let index = SuppressionIndex::new(&api.ports().keys.derive(SuppressionIndex::LABEL));
    let hearing = Hearing::new(api.table(), TenantScope::new(tenant), &index, api.now());
    let of_address = callback.opted_out.as_ref().map_or(OfAddress::Nothing, |number| {
        OfAddress::NeverAgain(ContactPoint::Phone(number), SuppressionReason::OptOut, Some(OPTED_OUT.to_string()))
    });
    until_settled(Problem::conflict, || async {
        Ok(hearing.hear((notification, Channel::Sms), heard.clone(), &of_address).await?)
    })
    .await?;
    done
}

/// What the signature proves.
struct Proven {
    tenant: TenantId,
    callback: StatusCallback,
}

async fn proven(
    api: &Api,
    sender: &WebhookSender,
    tenant: &str,
    (uri, headers, raw): (&Uri, &HeaderMap, &[u8]),
) -> Result<Proven, Problem> {
    let tenant = sender.tenant(api, tenant).await?.ok_or(CallbackError::NotFromTwilio)?;
    let account = account(api, tenant.id).await?.ok_or(CallbackError::NotFromTwilio)?;
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    // As Twilio was told it: a proxy may have given the call another host.
    let asked = uri.path_and_query().map_or_else(|| uri.path(), http::uri::PathAndQuery::as_str);
    let url = format!("{}{asked}", api.config().public_url);
    let (signature, settings) = (text("x-twilio-signature"), text("x-twilio-webhooks-signature-settings"));
    let fields = twilio::verify(TwilioCall { url: &url, signature, settings, body: raw }, &account)?;
    let callback = twilio::read(&fields)?;
    if callback.account == account.account_sid {
        Ok(Proven { tenant: tenant.id, callback })
    } else {
        Err(CallbackError::NotFromTwilio.into())
    }
}

/// The tenant's account at Twilio; `None` when it has none, or one that cannot be read.
async fn account(api: &Api, tenant: TenantId) -> Result<Option<TwilioAccount>, Problem> {
    let Some(secret) = api.tenant_secret(tenant, "twilio").await? else { return Ok(None) };
    match serde_json::from_str(secret.expose()) {
        Ok(account) => Ok(Some(account)),
        Err(error) => {
            // Only where in the secret, never what: serde's messages quote values.
            tracing::error!(line = error.line(), column = error.column(), "the tenant's twilio secret is malformed");
            Ok(None)
        }
    }
}

/// Which notification the message was of.
fn notification_of(uri: &Uri) -> Option<NotificationId> {
    let named = uri.query()?.split('&').find_map(|pair| pair.strip_prefix("notification="))?;
    named.parse().ok()
}

#[cfg(test)]
#[path = "receive_twilio_status_tests.rs"]
mod tests;
