//! What functions are told about where they run, and how they are made of it.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use cloud::Function;
use futures::future::BoxFuture;

use crate::time::clock::TestClock;

/// What the names of tenants' secrets begin with here.
pub(crate) const TENANT_SECRETS: &str = "ruko/local/tenants/";

/// Functions by the name of their binary.
pub type Functions = BTreeMap<String, Function>;

/// Why functions or seeds could not be made.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Makes the functions, at the start and again after every reset, so that nothing cached outlives the data.
pub type Build = Arc<dyn Fn(Surroundings) -> BoxFuture<'static, Result<Functions, BoxError>> + Send + Sync>;

/// What a function needs to know about where it runs.
#[derive(Clone)]
pub struct Surroundings {
    /// Where everything is.
    pub endpoints: Endpoints,
    /// What time it is.
    pub clock: Arc<TestClock>,
}

/// Where everything is.
#[derive(Clone, Debug)]
pub struct Endpoints {
    /// The public API, without a trailing slash.
    pub base_url: String,
    /// SQS, Secrets Manager, KMS, EventBridge and SES.
    pub aws: String,
    /// DynamoDB.
    pub dynamodb: String,
    /// The Midtrans fake, in place of `https://api.sandbox.midtrans.com`.
    pub midtrans: String,
    /// The Stripe fake, in place of `https://api.stripe.com`.
    pub stripe: String,
    /// The Telegram fake, in place of `https://api.telegram.org`.
    pub telegram: String,
    /// The Twilio fake, in place of `https://api.twilio.com`.
    pub twilio: String,
    /// The fakes of push services, in place of `https://fcm.googleapis.com` and Google's tokens, and beside browsers' services.
    pub push: String,
    /// The fakes of carriers: `/easypost/v2` in place of `https://api.easypost.com/v2`, and `/rajaongkir/api/v1` in place of
    /// `https://rajaongkir.komerce.id/api/v1`.
    pub carriers: String,
    /// The fakes of language models: `/openai/v1` in place of `https://api.openai.com/v1`, `/anthropic` in place of
    /// `https://api.anthropic.com`, `/gemini/v1beta` in place of `https://generativelanguage.googleapis.com/v1beta`, and `/deepseek`
    /// in place of `https://api.deepseek.com`.
    pub models: String,
    /// The fake of Have I Been Pwned, in place of `https://api.pwnedpasswords.com`.
    pub breached_passwords: String,
    /// The folder in place of the bucket.
    pub objects: PathBuf,
    /// Queue URLs by logical id.
    pub queues: BTreeMap<String, String>,
    /// Names of the template's secrets by logical id.
    pub secrets: BTreeMap<String, String>,
    /// The table's name.
    pub table: String,
    /// The bus's name.
    pub bus: String,
    /// The region, which nothing here depends on.
    pub region: String,
}
