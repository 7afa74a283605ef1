//! The functions that are linked in, by the binary that the template names, and how they are told where they run.

pub(crate) mod environment;
pub(crate) mod invoke;
mod policed;
pub mod readers;
pub(crate) mod watched;

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use cloud::{Config, Ctx, Function, PortError, config};
use table::CapacityMeter;
use wiring::Grants;

use crate::{BoxError, Build, Endpoints, Functions, Surroundings};
use policed::Access;

/// Makes a function of its context.
type Make = fn(Ctx) -> Function;

/// What `build.rs` wrote down of the templates' functions.
pub(crate) mod list {
    include!(concat!(env!("OUT_DIR"), "/functions.rs"));
}

/// Every function of the templates, with what its statements allow it of the table.
async fn registry(ctx: &Ctx, endpoints: &Endpoints) -> Result<(Functions, Vec<CapacityMeter>), BoxError> {
    let mut grants = Grants::all(&wiring::flatten(&crate::template::files())?);
    let access = Access::new(endpoints).await;
    let (mut functions, mut meters) = (Functions::new(), Vec::new());
    for (binary, function) in list::LINKED {
        let ctx = access.of(binary, grants.remove(binary).unwrap_or_default(), ctx);
        meters.push(ctx.ports().meter.clone());
        functions.insert(binary.to_owned(), function(ctx));
    }
    Ok((functions, meters))
}

/// Makes the real functions, with the real AWS SDK against the local endpoints.
pub fn linked(limits: config::Limits) -> Build {
    metered(limits).0
}

/// As [`linked`], with the meters of the functions' tables, once they are made.
pub fn metered(limits: config::Limits) -> (Build, Arc<OnceLock<Vec<CapacityMeter>>>) {
    let meters: Arc<OnceLock<Vec<CapacityMeter>>> = Arc::default();
    let told = Arc::clone(&meters);
    let build: Build = Arc::new(move |surroundings| {
        let told = Arc::clone(&told);
        Box::pin(async move {
            let endpoints = surroundings.endpoints.clone();
            let ctx = context(surroundings, limits).await?;
            let (functions, meters) = registry(&ctx, &endpoints).await?;
            // After a reset there is another table; its costs are not asked for.
            let _first_table_only = told.set(meters);
            Ok(functions)
        })
    });
    (build, meters)
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
    Config {
        stage: "local".to_owned(),
        public_url: endpoints.base_url.clone(),
        table: endpoints.table.clone(),
        kms_key: crate::aws::kms::KEY.to_owned(),
        bus: Some(endpoints.bus.clone()),
        queues: config::QueueUrls::known(|queue| endpoints.queues.get(queue.name()).cloned()),
        dead_letters: dead_letters(&endpoints.queues),
        objects: config::Objects::Folder(endpoints.objects.clone()),
        bucket_url: Some(crate::aws::bucket::url(&endpoints.aws)),
        secrets: config::SecretNames {
            platform: endpoints.secrets.get("PlatformSecret").cloned().unwrap_or_default(),
            tenant_prefix: Some(crate::surroundings::TENANT_SECRETS.to_owned()),
        },
        mail_from: Some("no-reply@ruko.local".to_owned()),
        mail_events: Some("local".to_owned()),
        // Where `cargo xtask fonts` puts them.
        fonts: Some("target/fonts/fonts".into()),
        providers: config::ProviderUrls {
            anthropic: Some(format!("{}/anthropic", endpoints.models)),
            breached_passwords: Some(endpoints.breached_passwords.clone()),
            deepseek: Some(format!("{}/deepseek", endpoints.models)),
            dns: Some(crate::functions::environment::resolver(endpoints)),
            easypost: Some(format!("{}/easypost/v2", endpoints.carriers)),
            fcm: Some(endpoints.push.clone()),
            gemini: Some(format!("{}/gemini/v1beta", endpoints.models)),
            midtrans: Some(endpoints.midtrans.clone()),
            openai: Some(format!("{}/openai/v1", endpoints.models)),
            rajaongkir: Some(format!("{}/rajaongkir/api/v1", endpoints.carriers)),
            stripe: Some(endpoints.stripe.clone()),
            telegram: Some(endpoints.telegram.clone()),
            twilio: Some(endpoints.twilio.clone()),
            web_push: Some(endpoints.push.clone()),
        },
        webhook_hosts: vec![crate::fakes::receiver::host(&endpoints.base_url)],
        limits,
        clock_url: None,
        endpoints: config::ServiceUrls { aws: Some(endpoints.aws.clone()), dynamodb: Some(endpoints.dynamodb.clone()) },
    }
}

/// The queues of dead letters, by what the templates call them: a queue of the local cloud is called by its logical id, such as
/// `BillingWorkDlq`.
fn dead_letters(queues: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let named = queues.iter().filter_map(|(id, url)| {
        let mut name = String::new();
        for letter in id.strip_suffix("Dlq")?.chars() {
            if letter.is_ascii_uppercase() && !name.is_empty() {
                name.push('-');
            }
            name.push(letter.to_ascii_lowercase());
        }
        Some((name, url.clone()))
    });
    named.collect()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use cloud::Queue;

    use crate::template::{Template, reference};

    /// The queues that some function takes messages from.
    fn read(template: &Template) -> BTreeSet<&str> {
        template.functions.values().flat_map(|function| &function.queues).map(|mapping| &*mapping.queue).collect()
    }

    #[test]
    fn every_queue_that_is_read_is_filled_by_a_rule_or_by_name() {
        let template = Template::load().unwrap();
        let by_rule = template.rules.iter().flat_map(|rule| &rule.queues).map(String::as_str);
        let filled: BTreeSet<&str> = by_rule.chain(Queue::ALL.iter().map(|queue| queue.name())).collect();
        assert_eq!(read(&template), filled);
        let dead = template.queues.values().filter_map(|queue| Some(queue.redrive.as_ref()?.queue.as_str()));
        let streams =
            template.functions.values().filter_map(|function| function.stream.as_ref()?.on_failure.as_deref());
        let logs = template.functions.values().filter_map(|function| function.logs.on_failure.as_deref());
        let ends: BTreeSet<&str> = dead.chain(streams).chain(logs).collect();
        let known: BTreeSet<&str> = filled.union(&ends).copied().collect();
        let unknown: Vec<&String> = template.queues.keys().filter(|name| !known.contains(name.as_str())).collect();
        assert_eq!(unknown, ["DeliveryDlq"], "it takes what the bus cannot deliver");
    }

    #[test]
    fn every_queue_of_dead_letters_is_shown_to_operators() {
        let template = Template::load().unwrap();
        let queues = template.queues.keys().map(|id| (id.clone(), String::new())).collect();
        let names: Vec<String> = super::dead_letters(&queues).into_keys().collect();
        assert_eq!(names, cloud::DEAD_LETTER_QUEUES);
    }

    #[test]
    fn a_queues_name_says_which_variable_has_its_url() {
        let template = Template::load().unwrap();
        let mut set: BTreeMap<&str, &str> = BTreeMap::new();
        for function in template.functions.values() {
            for (variable, value) in &function.environment {
                if variable.ends_with("_QUEUE_URL") {
                    let queue = reference(value).unwrap();
                    assert_eq!(set.insert(variable, queue).unwrap_or(queue), queue, "{variable}");
                }
            }
        }
        let named: Vec<(String, &str)> = Queue::ALL.iter().map(|queue| (queue.variable(), queue.name())).collect();
        let named: BTreeMap<&str, &str> = named.iter().map(|(variable, name)| (variable.as_str(), *name)).collect();
        assert_eq!(set, named);
    }
}
