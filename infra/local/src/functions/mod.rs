//! The functions that are linked in, by the binary that the template names, and how they are told where they run.

pub(crate) mod environment;
pub(crate) mod invoke;
pub mod readers;
pub(crate) mod watched;

use std::sync::{Arc, OnceLock};

use cloud::{Config, Ctx, PortError, config};
use table::Meter;

use crate::{Build, Functions, Surroundings};

/// What `build.rs` wrote down of the templates' functions.
pub(crate) mod list {
    include!(concat!(env!("OUT_DIR"), "/functions.rs"));
}

/// Every function of the templates.
fn registry(ctx: &Ctx) -> Functions {
    list::LINKED.iter().map(|(binary, function)| ((*binary).to_owned(), function(ctx.clone()))).collect()
}

/// Makes the real functions, with the real AWS SDK against the local endpoints.
pub fn linked(limits: config::Limits) -> Build {
    Arc::new(move |surroundings| {
        Box::pin(async move {
            let ctx = context(surroundings, limits).await?;
            Ok(registry(&ctx))
        })
    })
}

/// As [`linked`], with the meter of the table that all functions share, once they are made.
pub fn metered(limits: config::Limits) -> (Build, Arc<OnceLock<Meter>>) {
    let meter: Arc<OnceLock<Meter>> = Arc::default();
    let told = Arc::clone(&meter);
    let build: Build = Arc::new(move |surroundings| {
        let told = Arc::clone(&told);
        Box::pin(async move {
            let ctx = context(surroundings, limits).await?;
            // After a reset there is another table; its costs are not asked for.
            let _first_table_only = told.set(ctx.ports().meter.clone());
            Ok(registry(&ctx))
        })
    });
    (build, meter)
}

/// A context on the local endpoints and the test clock.
///
/// # Errors
/// The local services do not answer.
pub async fn context(surroundings: Surroundings, limits: config::Limits) -> Result<Ctx, PortError> {
    let clock: Arc<dyn kernel::Clock> = Arc::<crate::TestClock>::clone(&surroundings.clock);
    Ctx::connect(configuration(&surroundings, limits), Some(clock)).await
}

/// What `template.yaml` would put into the functions' environment.
fn configuration(surroundings: &Surroundings, limits: config::Limits) -> Config {
    let endpoints = &surroundings.endpoints;
    let queue = |name: &str| endpoints.queues.get(name).cloned();
    Config {
        stage: "local".to_owned(),
        public_url: endpoints.base_url.clone(),
        table: endpoints.table.clone(),
        kms_key: crate::aws::kms::KEY.to_owned(),
        bus: Some(endpoints.bus.clone()),
        queues: config::QueueUrls {
            billing_cycles: queue("BillingCyclesQueue"),
            billing_work: queue("BillingWorkQueue"),
            payment_work: queue("PaymentWorkQueue"),
            tenant_work: queue("TenantWorkQueue"),
            critical_messages: queue("CriticalMessagesQueue"),
            high_messages: queue("HighMessagesQueue"),
            medium_messages: queue("MediumMessagesQueue"),
            low_messages: queue("LowMessagesQueue"),
        },
        objects: config::Objects::Folder(endpoints.objects.clone()),
        secrets: config::SecretNames {
            platform: endpoints.secrets.get("PlatformSecret").cloned().unwrap_or_default(),
            tenant_prefix: Some(crate::surroundings::TENANT_SECRETS.to_owned()),
        },
        mail_from: Some("no-reply@ruko.local".to_owned()),
        providers: config::ProviderUrls {
            breached_passwords: Some(endpoints.breached_passwords.clone()),
            midtrans: Some(endpoints.midtrans.clone()),
            telegram: Some(endpoints.telegram.clone()),
            twilio: Some(endpoints.twilio.clone()),
        },
        limits,
        clock_url: None,
        endpoints: config::ServiceUrls { aws: Some(endpoints.aws.clone()), dynamodb: Some(endpoints.dynamodb.clone()) },
    }
}
