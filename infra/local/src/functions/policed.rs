//! Each function's own access to the table: the local cloud refuses what the function's statements in the templates do not
//! allow, as IAM does on AWS.

use std::sync::Arc;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::{
    Client,
    config::{
        Builder, ConfigBag, Intercept, RuntimeComponents, interceptors::BeforeTransmitInterceptorContextRef,
        retry::RetryConfig,
    },
    error::BoxError,
};
use cloud::{AwsKms, Ctx, Ports};
use serde_json::Value;
use table::{DynamoTable, SealedTable};
use wiring::{Grants, Request};

use crate::Endpoints;

/// What the functions' clients have in common.
pub(super) struct Access {
    dynamodb: Builder,
    kms: Arc<AwsKms>,
    table: String,
}

impl Access {
    pub(super) async fn new(endpoints: &Endpoints) -> Self {
        let sdk = aws_config::defaults(aws_config::BehaviorVersion::latest())
            .endpoint_url(&endpoints.aws)
            .region("us-east-1")
            .credentials_provider(Credentials::new("local", "local", None, None, "local"))
            .retry_config(RetryConfig::standard().with_max_attempts(3))
            .load()
            .await;
        Self {
            dynamodb: Builder::from(&sdk).endpoint_url(&endpoints.dynamodb),
            kms: Arc::new(AwsKms::new(aws_sdk_kms::Client::new(&sdk), crate::aws::kms::KEY.to_owned())),
            table: endpoints.table.clone(),
        }
    }

    /// `ctx` with a table that does for the function what it is granted.
    pub(super) fn of(&self, function: &str, grants: Grants, ctx: &Ctx) -> Ctx {
        let police = Police { function: function.to_owned(), grants };
        let client = Client::from_conf(self.dynamodb.clone().interceptor(police).build());
        let table = DynamoTable::new(client, &self.table);
        let ports = ctx.ports().clone();
        Ctx::new(Ports {
            meter: table.meter().clone(),
            table: Arc::new(SealedTable::new(Arc::new(table), Arc::clone(&self.kms) as _, Arc::clone(&ports.clock))),
            ..ports
        })
    }
}

/// Stops requests that the function's statements do not allow before they are sent.
#[derive(Debug)]
struct Police {
    function: String,
    grants: Grants,
}

#[derive(Debug, thiserror::Error)]
#[error(
    "{function} is not authorized to perform {action} on {place} for {keys:?}: no statement in the templates allows it"
)]
struct NotAuthorized {
    function: String,
    action: String,
    place: String,
    keys: Vec<String>,
}

impl Intercept for Police {
    fn name(&self) -> &'static str {
        "the function's statements"
    }

    fn read_after_serialization(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request();
        let operation = request.headers().get("x-amz-target").and_then(|target| target.split('.').next_back());
        let body: Value = serde_json::from_slice(request.body().bytes().unwrap_or_default())?;
        for part in parts(operation.unwrap_or_default(), &body) {
            let keys: Vec<&str> = part.keys.iter().map(String::as_str).collect();
            if !self.grants.allow(Request { action: &part.action, index: part.index, leading_keys: &keys }) {
                let place = part.index.map_or_else(|| "the table".to_owned(), |index| format!("the index {index}"));
                let refused =
                    NotAuthorized { function: self.function.clone(), action: part.action, place, keys: part.keys };
                tracing::error!(error = %refused, "the table refuses");
                return Err(refused.into());
            }
        }
        Ok(())
    }
}

/// What IAM decides about one by one.
#[derive(Debug, PartialEq, Eq)]
struct Part<'a> {
    action: String,
    index: Option<&'a str>,
    keys: Vec<String>,
}

/// What a request asks for. Each action of a transaction is held against the keys of all its writes: IAM's documentation does
/// not say that it takes them apart.
fn parts<'a>(operation: &str, body: &'a Value) -> Vec<Part<'a>> {
    let part = |action: &str, keys| Part { action: format!("dynamodb:{action}"), index: None, keys };
    match operation {
        "Query" => vec![queried(body)],
        "BatchGetItem" => {
            let tables = body["RequestItems"].as_object().into_iter().flat_map(|tables| tables.values());
            let keys = tables.flat_map(|table| table["Keys"].as_array().into_iter().flatten());
            vec![part(operation, keys.map(partition).collect())]
        }
        "TransactWriteItems" => {
            let mut actions: Vec<&str> = Vec::new();
            let mut keys = Vec::new();
            for (kind, write) in
                body["TransactItems"].as_array().into_iter().flatten().filter_map(Value::as_object).flatten()
            {
                actions.push(match kind.as_str() {
                    "Put" => "PutItem",
                    "Update" => "UpdateItem",
                    "Delete" => "DeleteItem",
                    "ConditionCheck" => "ConditionCheckItem",
                    other => other,
                });
                keys.push(partition(if kind == "Put" { &write["Item"] } else { &write["Key"] }));
            }
            actions.sort_unstable();
            actions.dedup();
            actions.into_iter().map(|action| part(action, keys.clone())).collect()
        }
        "PutItem" => vec![part(operation, vec![partition(&body["Item"])])],
        _ => vec![part(operation, vec![partition(&body["Key"])])],
    }
}

fn partition(key: &Value) -> String {
    key["PK"]["S"].as_str().unwrap_or_default().to_owned()
}

/// A query's partition stands in its condition: `#name = :value`, where the name is that of the index's key.
fn queried(body: &Value) -> Part<'_> {
    let index = body["IndexName"].as_str();
    let attribute = index.map_or_else(|| "PK".to_owned(), |index| format!("{index}PK"));
    let condition = body["KeyConditionExpression"].as_str().unwrap_or_default();
    let mut compared = condition.split(" AND ").filter_map(|term| term.split_once(" = "));
    let of_partition = compared.find(|(name, _)| body["ExpressionAttributeNames"][*name] == attribute.as_str());
    let value = of_partition.map(|(_, value)| &body["ExpressionAttributeValues"][value]["S"]);
    let keys = value.and_then(Value::as_str).map(str::to_owned).into_iter().collect();
    Part { action: "dynamodb:Query".to_owned(), index, keys }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(operation: &str, body: &Value) -> Vec<(String, Option<String>, Vec<String>)> {
        let parts = parts(operation, body).into_iter();
        parts.map(|part| (part.action, part.index.map(str::to_owned), part.keys)).collect()
    }

    fn granted() -> std::collections::BTreeMap<String, Grants> {
        Grants::all(&wiring::flatten(&crate::template::files()).unwrap())
    }

    fn may_read(function: &str, kind: &str) -> bool {
        let key = format!("T#tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X#{kind}");
        granted()[function].allow(Request { action: "dynamodb:GetItem", index: None, leading_keys: &[&key] })
    }

    /// Whoever serves signed-in callers reads the user with each call, and the password is for two alone: the one that signs
    /// people in and the one that makes owners.
    #[test]
    fn rows_are_for_the_functions_that_need_them() {
        let readers =
            |kind: &str| -> Vec<String> { granted().into_keys().filter(|function| may_read(function, kind)).collect() };
        assert_eq!(
            readers("USR#usr_1"),
            [
                "admin-api",
                "analytics-api",
                "billing-api",
                "billing-worker",
                "catalog-api",
                "files-api",
                "identity-api",
                "inventory-api",
                "messenger",
                "notifications-api",
                "notifier",
                "orders-api",
                "payments-api",
                "platform-api",
                "reviews-api",
                "search-api",
                "shipping-api",
                "subscriptions-api",
                "tenants-api",
                "tenants-worker",
                "webhooks-api",
            ]
        );
        assert_eq!(readers("PWD#usr_1"), ["identity-api", "tenants-api"]);
        assert_eq!(readers("MFA#usr_1"), ["identity-api"]);
        assert_eq!(readers("LOGIN#hash"), ["identity-api"]);
        let of_payments = [
            "billing-api",
            "document-worker",
            "notifier",
            "orders-api",
            "orders-worker",
            "payments-api",
            "payments-worker",
            "privacy-worker",
            "sales-worker",
        ];
        assert_eq!(readers("PAY#pay_1"), of_payments);
        assert_eq!(readers("LINK#code"), ["notifications-api"]);
        assert_eq!(readers("SOMETHING#new"), Vec::<String>::new());
    }

    #[tokio::test]
    async fn a_function_is_refused_rows_that_its_statements_do_not_name() {
        let surroundings: Arc<std::sync::OnceLock<crate::Surroundings>> = Arc::default();
        let kept = Arc::clone(&surroundings);
        let build: crate::Build = Arc::new(move |told| {
            let _first = kept.set(told);
            Box::pin(async { Ok(crate::Functions::new()) })
        });
        let _cloud = crate::LocalCloud::start(crate::Options::default(), build, None).await.unwrap();
        let surroundings = surroundings.get().unwrap().clone();
        let access = Access::new(&surroundings.endpoints).await;
        let ctx = crate::context(surroundings, cloud::config::Limits::Loose).await.unwrap();
        let scope = table::TenantScope::new("tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap());
        let (user, payment) = (scope.key("USR#usr_1", "USER"), scope.key("PAY#pay_1", "PAYMENT"));
        assert_eq!(ctx.table().get(&user).await.unwrap(), None, "nothing stands before a table without statements");
        let ctx = access.of("payments-worker", granted().remove("payments-worker").unwrap(), &ctx);
        assert_eq!(ctx.table().get(&payment).await.unwrap(), None);
        let refused = ctx.table().get(&user).await.unwrap_err().to_string();
        assert!(refused.contains("payments-worker is not authorized to perform dynamodb:GetItem"), "{refused}");
        let of_user = table::Query::gsi1(scope.partition("USERS"));
        let refused = ctx.table().query(of_user).await.unwrap_err().to_string();
        assert!(refused.contains("dynamodb:Query on the index GSI1"), "{refused}");
        let mut transaction = table::Transaction::new();
        transaction.add(table::Write::check(payment).when(table::Condition::NotExists));
        transaction.add(table::Write::delete(user));
        let refused = format!("{:?}", ctx.table().transact(transaction).await.unwrap_err());
        assert!(refused.contains("is not authorized to perform"), "{refused}");
    }

    #[test]
    fn requests_are_taken_apart_as_iam_does() {
        let row = |pk: &str| json!({"PK": {"S": pk}, "SK": {"S": "A"}});
        let table = || vec!["T#t#A".to_owned()];
        assert_eq!(shown("GetItem", &json!({"Key": row("T#t#A")})), [("dynamodb:GetItem".to_owned(), None, table())]);
        assert_eq!(shown("PutItem", &json!({"Item": row("T#t#A")})), [("dynamodb:PutItem".to_owned(), None, table())]);
        let both = vec!["T#t#A".to_owned(), "T#t#B".to_owned()];
        assert_eq!(
            shown("BatchGetItem", &json!({"RequestItems": {"t": {"Keys": [row("T#t#A"), row("T#t#B")]}}})),
            [("dynamodb:BatchGetItem".to_owned(), None, both.clone())]
        );
        assert_eq!(
            shown(
                "TransactWriteItems",
                &json!({"TransactItems": [{"Put": {"Item": row("T#t#A")}}, {"ConditionCheck": {"Key": row("T#t#B")}}]})
            ),
            [
                ("dynamodb:ConditionCheckItem".to_owned(), None, both.clone()),
                ("dynamodb:PutItem".to_owned(), None, both)
            ]
        );
        assert_eq!(
            shown(
                "Query",
                &json!({
                    "IndexName": "GSI1", "KeyConditionExpression": "#n0 = :v0 AND #n1 BETWEEN :v1 AND :v2",
                    "ExpressionAttributeNames": {"#n0": "GSI1PK", "#n1": "GSI1SK"},
                    "ExpressionAttributeValues": {":v0": {"S": "T#t#A"}, ":v1": {"S": "1"}, ":v2": {"S": "2"}},
                })
            ),
            [("dynamodb:Query".to_owned(), Some("GSI1".to_owned()), table())]
        );
    }
}
