//! Rules about events: what the bus's rules match exists, is read by whoever gets it, and nobody waits in vain.

use serde_json::Value;

use super::template::{Template, referent};

/// EventBridge refuses longer patterns: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html>.
const LONGEST_PATTERN: usize = 2048;

/// The event catalogue, as far as the rules need it.
struct Known {
    name: String,
    readers: Vec<String>,
}

/// Where the template's rules and `docs/events.schema.json` disagree.
pub(super) fn disagreements(template: &Template, schema: Option<&str>) -> Vec<String> {
    let Some(schema) = schema.and_then(|text| serde_json::from_str::<Value>(text).ok()) else {
        return vec!["docs/events.schema.json is missing; run cargo xtask openapi".to_owned()];
    };
    let events = events(&schema);
    let mut complaints = Vec::new();
    for (id, rule) in template.resources("AWS::Events::Rule") {
        let pattern = &rule["EventPattern"];
        let length = pattern.to_string().len();
        if length > LONGEST_PATTERN {
            complaints.push(format!("{id}: its pattern has {length} characters, and AWS takes {LONGEST_PATTERN}"));
        }
        for matcher in pattern["detail-type"].as_array().into_iter().flatten() {
            let matched: Vec<&Known> = events.iter().filter(|event| matches(matcher, &event.name)).collect();
            if matched.is_empty() {
                complaints.push(format!("{id}: no event is matched by {matcher}"));
            }
            for function in targets(template, rule) {
                if !matched.is_empty() && !matched.iter().any(|event| event.readers.contains(&function)) {
                    complaints.push(format!("{id}: {function} reads nothing of what {matcher} matches"));
                }
            }
        }
    }
    for event in &events {
        for reader in &event.readers {
            let carried = template.resources("AWS::Events::Rule").any(|(_, rule)| {
                let matchers = rule["EventPattern"]["detail-type"].as_array();
                let matched = matchers.into_iter().flatten().any(|matcher| matches(matcher, &event.name));
                matched && targets(template, rule).contains(reader)
            });
            if !carried {
                complaints.push(format!("{reader} reads {}, which no rule carries to it", event.name));
            }
        }
    }
    complaints
}

fn events(schema: &Value) -> Vec<Known> {
    let definitions = schema["$defs"].as_object().into_iter().flatten();
    let events = definitions.filter_map(|(name, definition)| {
        let readers = definition["x-readers"].as_array()?;
        let readers = readers.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        Some(Known { name: name.clone(), readers })
    });
    events.collect()
}

/// By the whole name or by how it begins; other matchers would hide what a rule carries.
fn matches(matcher: &Value, name: &str) -> bool {
    matcher == name || matcher["prefix"].as_str().is_some_and(|prefix| name.starts_with(prefix))
}

/// The functions behind the queues that a rule writes into, by their binaries.
fn targets(template: &Template, rule: &Value) -> Vec<String> {
    let targets = rule["Targets"].as_array().into_iter().flatten();
    let queues: Vec<&str> = targets.filter_map(|target| referent(&target["Arn"])).collect();
    let woken = template.functions().filter(|function| {
        function.events("SQS").any(|(_, event)| referent(&event["Queue"]).is_some_and(|queue| queues.contains(&queue)))
    });
    woken.map(|function| function.binary.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = r#"{"$defs": {
        "UserId": {"type": "string"},
        "invoice.issued": {"x-readers": ["notifier"]},
        "user.erased": {"x-readers": ["notifier"]},
        "user.registered": {"x-readers": []}
    }}"#;

    fn complaints(matchers: &str) -> Vec<String> {
        let template = format!(
            "Resources:
  Notifier:
    Type: AWS::Serverless::Function
    Metadata: {{BuildProperties: {{Binary: notifier}}}}
    Properties: {{Events: {{Queue: {{Type: SQS, Properties: {{Queue: !GetAtt Q.Arn}}}}}}}}
  R:
    Type: AWS::Events::Rule
    Properties: {{EventPattern: {{detail-type: [{matchers}]}}, Targets: [{{Arn: !GetAtt Q.Arn}}]}}"
        );
        disagreements(&Template::parse("template.yaml", &template).unwrap(), Some(SCHEMA))
    }

    #[test]
    fn names_and_prefixes_carry_events_to_their_readers() {
        assert_eq!(complaints("invoice.issued, {prefix: user.}"), Vec::<String>::new());
    }

    #[test]
    fn a_reader_that_no_rule_serves_is_found() {
        assert_eq!(complaints("{prefix: user.}"), ["notifier reads invoice.issued, which no rule carries to it"]);
    }

    #[test]
    fn a_rule_for_nothing_or_for_nobody_is_found() {
        assert_eq!(
            complaints("{prefix: user.}, invoice.issued, invoice.isued, user.registered, {suffix: d}"),
            [
                "R: no event is matched by \"invoice.isued\"",
                "R: notifier reads nothing of what \"user.registered\" matches",
                "R: no event is matched by {\"suffix\":\"d\"}",
            ]
        );
    }

    #[test]
    fn a_pattern_that_aws_would_refuse_is_found() {
        let names = vec!["user.erased, invoice.issued"; 100].join(", ");
        assert_eq!(complaints(&names), ["R: its pattern has 3117 characters, and AWS takes 2048"]);
    }

    #[test]
    fn a_missing_catalogue_is_told() {
        let template = Template::parse("template.yaml", "Resources: {}").unwrap();
        assert_eq!(disagreements(&template, None), ["docs/events.schema.json is missing; run cargo xtask openapi"]);
    }
}
