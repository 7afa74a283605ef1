//! The API's description against the template's routes: every operation reaches its function, every route is used, and
//! one function answers whatever has no route.

use serde_json::Value;

use super::template::Template;

/// A route of the template.
#[derive(Clone, Copy, Debug)]
struct Route<'a> {
    method: &'a str,
    path: &'a str,
    /// The function's directory below `functions/`, which is its operations' tag.
    group: &'a str,
}

/// An operation of the OpenAPI document.
#[derive(Clone, Copy, Debug)]
struct Operation<'a> {
    method: &'a str,
    path: &'a str,
    tag: &'a str,
}

/// Who answers paths that do not exist.
const ELSEWHERE: &str = "platform";

/// Operations that reach no function or another one than their tag names, routes that no operation uses, and a catch-all
/// that is missing or leads to an operation's group.
pub(super) fn disagreements(template: &Template, openapi: Option<&str>) -> Vec<String> {
    let Some(document) = openapi.and_then(|text| serde_json::from_str::<Value>(text).ok()) else {
        return vec!["docs/openapi.json is missing or no JSON: run `cargo xtask openapi`".to_owned()];
    };
    let (routes, operations) = (routes(template), operations(&document));
    let mut complaints = Vec::new();
    if catch_alls(template) != [ELSEWHERE] {
        complaints.push(format!(
            "{}: one HttpApi event without Path and Method must lead to functions/{ELSEWHERE}, or API Gateway answers unknown \
             paths itself",
            template.path
        ));
    }
    for operation in &operations {
        let shown = format!("{} {}", operation.method.to_uppercase(), operation.path);
        match reached(&routes, *operation) {
            None => complaints.push(format!("{shown} has no route in {}", template.path)),
            Some(route) if route.group != operation.tag => {
                complaints.push(format!(
                    "{shown} is tagged {}, but {} leads to functions/{}",
                    operation.tag, route.path, route.group
                ));
            }
            Some(_) => {}
        }
    }
    for route in &routes {
        let used = |operation: &Operation<'_>| reached(&routes, *operation).is_some_and(|best| best.path == route.path);
        if !operations.iter().any(used) {
            complaints.push(format!(
                "{} {} leads to functions/{}, but no operation uses it",
                route.method, route.path, route.group
            ));
        }
    }
    complaints
}

fn routes(template: &Template) -> Vec<Route<'_>> {
    let mut routes = Vec::new();
    for function in template.functions() {
        let group = function.binary.trim_end_matches("-api");
        for (_, event) in function.events("HttpApi") {
            let text = |key: &str| event[key].as_str().unwrap_or_default();
            // An operation must have a route of its own.
            if is_catch_all(event) {
                continue;
            }
            routes.push(Route { method: text("Method"), path: text("Path"), group });
        }
    }
    routes
}

/// SAM's `$default` route.
fn is_catch_all(event: &Value) -> bool {
    event["Path"].is_null() && event["Method"].is_null()
}

/// The groups that take what has no route.
fn catch_alls(template: &Template) -> Vec<&str> {
    let mut groups = Vec::new();
    for function in template.functions() {
        let group = function.binary.trim_end_matches("-api");
        groups.extend(function.events("HttpApi").filter(|(_, event)| is_catch_all(event)).map(|_| group));
    }
    groups
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    const METHODS: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            if METHODS.contains(&method.as_str()) {
                let tag = operation["tags"][0].as_str().unwrap_or("nothing");
                operations.push(Operation { method, path, tag });
            }
        }
    }
    operations
}

/// The route that API Gateway picks: the most specific one, a fixed segment before a variable, a variable before `+`.
fn reached<'a>(routes: &[Route<'a>], operation: Operation<'_>) -> Option<Route<'a>> {
    let answers = |route: &&Route<'_>| {
        let method = route.method.eq_ignore_ascii_case("any") || route.method.eq_ignore_ascii_case(operation.method);
        method && covers(route.path, operation.path)
    };
    routes.iter().filter(answers).max_by_key(|route| specificity(route.path)).copied()
}

fn covers(route: &str, path: &str) -> bool {
    let mut segments = path.split('/');
    for pattern in route.split('/') {
        let Some(segment) = segments.next() else { return false };
        if pattern.ends_with("+}") {
            return true;
        }
        let variable = pattern.starts_with('{');
        if !variable && pattern != segment {
            return false;
        }
    }
    segments.next().is_none()
}

/// Compared segment by segment: fixed 2, variable 1, greedy 0.
fn specificity(route: &str) -> Vec<u8> {
    route
        .split('/')
        .map(|segment| {
            if segment.ends_with("+}") {
                0
            } else if segment.starts_with('{') {
                1
            } else {
                2
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "Resources:
  A:
    Type: AWS::Serverless::Function
    Metadata: {BuildProperties: {Binary: payments-api}}
    Properties:
      Events:
        P: {Type: HttpApi, Properties: {Method: ANY, Path: '/payments/{proxy+}'}}
        W: {Type: HttpApi, Properties: {Method: ANY, Path: '/webhooks/midtrans/{tenant}'}}
  B:
    Type: AWS::Serverless::Function
    Metadata: {BuildProperties: {Binary: notifications-api}}
    Properties:
      Events:
        W: {Type: HttpApi, Properties: {Method: POST, Path: '/webhooks/{proxy+}'}}
  C:
    Type: AWS::Serverless::Function
    Metadata: {BuildProperties: {Binary: platform-api}}
    Properties:
      Events:
        E: {Type: HttpApi, Properties: {ApiId: x}}";

    fn check_in(template: &str, paths: &str) -> Vec<String> {
        let template = Template::parse("template.yaml", template).unwrap();
        disagreements(&template, Some(&format!(r#"{{"paths": {{{paths}}}}}"#)))
    }

    fn check(paths: &str) -> Vec<String> {
        check_in(TEMPLATE, paths)
    }

    const GOOD: &str = r#"
        "/payments/{id}": {"get": {"tags": ["payments"]}, "summary": "not a method"},
        "/webhooks/midtrans/{tenant}": {"post": {"tags": ["payments"]}},
        "/webhooks/telegram/{tenant}/{bot}": {"post": {"tags": ["notifications"]}}"#;

    #[test]
    fn the_most_specific_route_wins() {
        assert_eq!(check(GOOD), Vec::<String>::new());
    }

    #[test]
    fn an_operation_without_a_route_is_found() {
        let paths = format!(r#"{GOOD}, "/payments": {{"get": {{"tags": ["payments"]}}}}"#);
        assert_eq!(check(&paths), ["GET /payments has no route in template.yaml"]);
        let paths = GOOD.replace("post\": {\"tags\": [\"notifications", "get\": {\"tags\": [\"notifications");
        assert_eq!(
            check(&paths),
            [
                "GET /webhooks/telegram/{tenant}/{bot} has no route in template.yaml",
                "POST /webhooks/{proxy+} leads to functions/notifications, but no operation uses it",
            ]
        );
    }

    #[test]
    fn an_operation_that_reaches_another_function_is_found() {
        let paths = GOOD.replacen("payments\"]", "billing\"]", 1);
        assert_eq!(
            check(&paths),
            ["GET /payments/{id} is tagged billing, but /payments/{proxy+} leads to functions/payments"]
        );
    }

    #[test]
    fn a_route_that_no_operation_uses_is_found() {
        let paths = r#""/payments/{id}": {"get": {"tags": ["payments"]}}, "/webhooks/x": {"post": {"tags": ["notifications"]}}"#;
        assert_eq!(
            check(paths),
            ["ANY /webhooks/midtrans/{tenant} leads to functions/payments, but no operation uses it"]
        );
    }

    #[test]
    fn a_missing_catch_all_is_found() {
        let elsewhere = TEMPLATE.replace("platform-api", "billing-api");
        let narrowed = TEMPLATE.replace("{ApiId: x}", "{Method: GET}");
        for template in [elsewhere, narrowed] {
            let complaints = check_in(&template, GOOD);
            assert!(complaints.iter().any(|one| one.contains("without Path and Method")), "{complaints:?}");
        }
    }

    #[test]
    fn a_missing_document_is_found() {
        let template = Template::parse("template.yaml", TEMPLATE).unwrap();
        let complaint = ["docs/openapi.json is missing or no JSON: run `cargo xtask openapi`"];
        assert_eq!(disagreements(&template, None), complaint);
        assert_eq!(disagreements(&template, Some("<html>")), complaint);
    }
}
