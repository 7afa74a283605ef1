//! Rules about permissions: every statement names what it is about.

use serde_json::Value;

use super::template::Template;

/// What nobody may do: read everything at once, or write expressions that bypass the key conditions.
const FORBIDDEN: [&str; 4] =
    ["dynamodb:Scan", "dynamodb:PartiQLSelect", "dynamodb:PartiQLUpdate", "dynamodb:PartiQLDelete"];

/// Allowing statements with a wildcard for a resource or an action, or with an action that nobody may have.
pub(super) fn too_wide(template: &Template) -> Vec<String> {
    let mut complaints = Vec::new();
    for (id, resource) in template.root["Resources"].as_object().into_iter().flatten() {
        walk(resource, &mut |statement| {
            let sid = statement["Sid"].as_str().unwrap_or("a statement without Sid");
            for target in one_or_many(&statement["Resource"]) {
                if target == "*" {
                    complaints.push(format!("{} {id}: {sid} says Resource \"*\"", template.path));
                }
            }
            for action in one_or_many(&statement["Action"]).filter_map(Value::as_str) {
                if action.ends_with('*') || FORBIDDEN.contains(&action) {
                    complaints.push(format!("{} {id}: {sid} allows {action}", template.path));
                }
            }
        });
    }
    complaints
}

/// Visits every allowing statement below `value`, but for key policies: in those, `*` means the key itself.
fn walk(value: &Value, visit: &mut impl FnMut(&Value)) {
    if value["Effect"] == "Allow" {
        visit(value);
    }
    for (key, child) in value.as_object().into_iter().flatten() {
        if key != "KeyPolicy" {
            walk(child, visit);
        }
    }
    for child in value.as_array().into_iter().flatten() {
        walk(child, visit);
    }
}

/// IAM takes a single value or a list in most places.
fn one_or_many(value: &Value) -> impl Iterator<Item = &Value> {
    let many = value.as_array().map(Vec::as_slice);
    many.unwrap_or(std::slice::from_ref(value)).iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(statement: &str) -> Vec<String> {
        let text = format!("Resources: {{F: {{Properties: {{Policies: [{{Statement: [{statement}]}}]}}}}}}");
        too_wide(&Template::parse("t.yaml", &text).unwrap())
    }

    #[test]
    fn wildcards_and_scans_are_found() {
        assert_eq!(
            complaints("{Sid: A, Effect: Allow, Action: 'sqs:SendMessage', Resource: '*'}"),
            ["t.yaml F: A says Resource \"*\""]
        );
        assert_eq!(
            complaints("{Sid: A, Effect: Allow, Action: ['s3:*', 'dynamodb:Scan'], Resource: [!GetAtt T.Arn, '*']}"),
            ["t.yaml F: A says Resource \"*\"", "t.yaml F: A allows s3:*", "t.yaml F: A allows dynamodb:Scan"]
        );
    }

    #[test]
    fn precise_statements_denials_and_key_policies_pass() {
        assert_eq!(
            complaints("{Effect: Allow, Action: 'sqs:SendMessage', Resource: !GetAtt Q.Arn}"),
            Vec::<String>::new()
        );
        assert_eq!(complaints("{Effect: Deny, Action: 's3:*', Resource: '*'}"), Vec::<String>::new());
        let key =
            "Resources: {K: {Properties: {KeyPolicy: {Statement: [{Effect: Allow, Action: 'kms:*', Resource: '*'}]}}}}";
        assert_eq!(too_wide(&Template::parse("t.yaml", key).unwrap()), Vec::<String>::new());
    }
}
