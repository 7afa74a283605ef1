//! The API's routes, brought to the emulator by hand.
//!
//! SAM writes the routes into the OpenAPI `Body` of `AWS::ApiGatewayV2::Api`. ministack ignores that property, so the
//! same routes are read from the template that CloudFormation processed, and made one by one.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{emulator::Emulator, http};
use crate::{failure::Failure, step::say};

/// A route as SAM put it.
#[derive(Debug, PartialEq, Eq)]
struct Route {
    /// Such as `ANY /api/v1/users/{proxy+}`, or `$default`.
    key: String,
    /// Logical id of the alias that it invokes.
    alias: String,
}

/// Makes an integration per function and a route per path; answers with the API's base URL.
pub(super) fn route(emulator: &Emulator, stack: &Value, processed: &Value) -> Result<String, Failure> {
    let physical = physical_ids(stack);
    let id_of =
        |logical: &str| physical.get(logical).ok_or_else(|| Failure::new(format!("{logical} was not deployed")));
    let api = id_of("Api")?;
    let routes = routes(processed);
    let mut integrations: BTreeMap<&str, String> = BTreeMap::new();
    for route in &routes {
        if !integrations.contains_key(route.alias.as_str()) {
            let integration = json!({"integrationType": "AWS_PROXY", "payloadFormatVersion": "2.0", "integrationUri": id_of(&route.alias)?});
            let id = make(emulator, &format!("/v2/apis/{api}/integrations"), &integration, "integrationId")?;
            integrations.insert(&route.alias, id);
        }
        let target = integrations.get(route.alias.as_str()).map(|id| format!("integrations/{id}"));
        make(
            emulator,
            &format!("/v2/apis/{api}/routes"),
            &json!({"routeKey": route.key, "target": target}),
            "routeId",
        )?;
    }
    if routes.is_empty() {
        return Err(Failure::new("the processed template has no routes"));
    }
    say(&format!("   {} routes to {} functions", routes.len(), integrations.len()));
    // By path rather than by host name: the emulator keeps some paths of its own host to itself, /health among them.
    Ok(format!("{}/_aws/execute-api/{api}/$default", emulator.url()))
}

fn make(emulator: &Emulator, path: &str, body: &Value, id: &str) -> Result<String, Failure> {
    let answer = http::call(emulator.address(), "POST", path, Some(body))?;
    let created = serde_json::from_str::<Value>(&answer.body).ok();
    created
        .and_then(|value| value[id].as_str().map(str::to_owned))
        .ok_or_else(|| Failure::new(format!("POST {path} answered {}: {}", answer.status, answer.body)))
}

fn physical_ids(stack: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let resources = stack["StackResources"].as_array();
    resources
        .into_iter()
        .flatten()
        .map(|resource| (text(&resource["LogicalResourceId"]), text(&resource["PhysicalResourceId"])))
        .collect()
}

fn routes(processed: &Value) -> Vec<Route> {
    let template = match processed["TemplateBody"].as_str() {
        Some(text) => serde_json::from_str(text).unwrap_or_default(),
        None => processed["TemplateBody"].clone(),
    };
    let mut routes = Vec::new();
    for (path, item) in template["Resources"]["Api"]["Properties"]["Body"]["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let uri = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"].as_str().unwrap_or_default();
            let alias = uri.rsplit_once("/functions/${").and_then(|(_, rest)| rest.split('}').next());
            let method =
                if method == "x-amazon-apigateway-any-method" { "ANY".to_owned() } else { method.to_uppercase() };
            // In a Body, the route for whatever has no other one is a path with a mark.
            let key =
                if operation["isDefaultRoute"] == true { "$default".to_owned() } else { format!("{method} {path}") };
            if let Some(alias) = alias {
                routes.push(Route { key, alias: alias.to_owned() });
            }
        }
    }
    routes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_read_from_the_processed_template() {
        let integration = json!({"x-amazon-apigateway-integration": {"uri": {"Fn::Sub":
            "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${RelayFunctionAliaslive}/invocations"}}});
        let mut elsewhere = integration.clone();
        elsewhere["isDefaultRoute"] = json!(true);
        let body = json!({"paths": {
            "/$default": {"x-amazon-apigateway-any-method": elsewhere},
            "/a/{proxy+}": {"x-amazon-apigateway-any-method": integration},
            "/b": {"get": integration},
        }});
        let processed = json!({"TemplateBody": {"Resources": {"Api": {"Properties": {"Body": body}}}}});
        let route = |key: &str| Route { key: key.to_owned(), alias: "RelayFunctionAliaslive".to_owned() };
        assert_eq!(routes(&processed), [route("$default"), route("ANY /a/{proxy+}"), route("GET /b")]);
    }
}
