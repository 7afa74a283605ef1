//! The template's environment variables, with local values: what `cargo lambda watch` needs to run a function here.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    Endpoints,
    template::{Template, reference},
};

/// The variables of one function, or of all together.
pub(crate) fn of(template: &Template, endpoints: &Endpoints, function: Option<&str>) -> BTreeMap<String, String> {
    let mut variables: BTreeMap<String, String> = [
        ("AWS_ENDPOINT_URL", endpoints.aws.as_str()),
        ("AWS_DEFAULT_REGION", &endpoints.region),
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
        ("AWS_REGION", &endpoints.region),
        ("RUKO_WEBHOOK_HOSTS", &crate::fakes::receiver::host(&endpoints.base_url)),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    let wanted = |name: &str| function.is_none_or(|function| function == name);
    for (_, function) in template.functions.iter().filter(|(name, _)| wanted(name)) {
        for (name, value) in &function.environment {
            let value = match name.as_str() {
                "RUKO_PUBLIC_URL" => endpoints.base_url.clone(),
                "RUKO_BREACHED_PASSWORDS_URL" => endpoints.breached_passwords.clone(),
                "RUKO_ANTHROPIC_URL" => format!("{}/anthropic", endpoints.models),
                "RUKO_DEEPSEEK_URL" => format!("{}/deepseek", endpoints.models),
                "RUKO_GEMINI_URL" => format!("{}/gemini/v1beta", endpoints.models),
                "RUKO_OPENAI_URL" => format!("{}/openai/v1", endpoints.models),
                "RUKO_DNS_URL" => resolver(endpoints),
                "RUKO_EASYPOST_URL" => format!("{}/easypost/v2", endpoints.carriers),
                "RUKO_RAJAONGKIR_URL" => format!("{}/rajaongkir/api/v1", endpoints.carriers),
                "RUKO_MIDTRANS_URL" => endpoints.midtrans.clone(),
                "RUKO_STRIPE_URL" => endpoints.stripe.clone(),
                "RUKO_TELEGRAM_URL" => endpoints.telegram.clone(),
                "RUKO_FCM_URL" | "RUKO_WEB_PUSH_URL" => endpoints.push.clone(),
                "RUKO_TWILIO_URL" => endpoints.twilio.clone(),
                "RUKO_CLOCK_URL" => format!("{}/_local/clock", endpoints.base_url),
                "RUKO_KMS_KEY" => crate::aws::kms::KEY.to_owned(),
                "RUKO_MAIL_EVENTS" => "local".to_owned(),
                "RUKO_MAIL_FROM" => "no-reply@ruko.local".to_owned(),
                _ => resolve(value, endpoints),
            };
            if name == "RUKO_BUCKET" {
                let url = crate::aws::bucket::url(&endpoints.aws);
                variables.insert("RUKO_BUCKET_URL".to_owned(), url);
            }
            // The bucket is a folder here.
            let name = if name == "RUKO_BUCKET" { "RUKO_OBJECTS_DIR" } else { name };
            variables.insert(name.to_owned(), value);
        }
    }
    variables
}

/// The resolver of the control API.
pub(crate) fn resolver(endpoints: &Endpoints) -> String {
    format!("{}/_local/dns-query", endpoints.base_url)
}

/// The local value of a reference to a resource.
fn resolve(value: &Value, endpoints: &Endpoints) -> String {
    if !value.is_object() {
        return value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    }
    match reference(value).unwrap_or_default() {
        "Table" => endpoints.table.clone(),
        "Bucket" => endpoints.objects.display().to_string(),
        id if id == endpoints.bus => endpoints.bus.clone(),
        id => {
            let known = endpoints.queues.get(id).or_else(|| endpoints.secrets.get(id));
            known.cloned().unwrap_or_else(|| id.to_owned())
        }
    }
}
