//! Rules about permissions: every statement names what it is about.

use serde_json::Value;

use super::template::{Template, referent};

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

/// Functions that may not read the platform's secret, which `Ctx::connect` does before the first event: they would never
/// start, and no emulator would say so.
pub(super) fn without_platform_secret(template: &Template) -> Vec<String> {
    let resources = &template.root["Resources"];
    let mut complaints = Vec::new();
    for function in template.functions() {
        let role = referent(&function.properties["Role"]).map(|role| &resources[role]["Properties"]);
        let policies = role.unwrap_or(function.properties);
        let named = [&policies["Policies"], &policies["ManagedPolicyArns"]].into_iter().flat_map(one_or_many);
        let named = named.filter_map(referent).map(|policy| &resources[policy]);
        let mut reads = false;
        for grant in named.chain([&policies["Policies"]]) {
            walk(grant, &mut |statement| {
                let secret = |target: &Value| target["Fn::GetAtt"][1] == "Outputs.PlatformSecretArn";
                let mut actions = one_or_many(&statement["Action"]);
                reads |= actions.any(|action| action == "secretsmanager:GetSecretValue")
                    && one_or_many(&statement["Resource"]).any(secret);
            });
        }
        if !reads {
            complaints.push(format!("{}: may not read the platform's secret, and so cannot start", function.id));
        }
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

    #[test]
    fn a_function_reads_the_secret_by_a_policy_a_role_or_a_managed_policy_of_its_own() {
        let grant = "{Effect: Allow, Action: 'secretsmanager:GetSecretValue', Resource: !GetAtt Data.Outputs.PlatformSecretArn}";
        let other = "{Effect: Allow, Action: 'secretsmanager:GetSecretValue', Resource: !GetAtt Other.Arn}";
        let text = format!(
            "Resources:
  Shared: {{Properties: {{PolicyDocument: {{Statement: [{grant}]}}}}}}
  Role: {{Properties: {{ManagedPolicyArns: [x], Policies: [{{PolicyDocument: {{Statement: [{grant}]}}}}]}}}}
  Bare: {{Properties: {{ManagedPolicyArns: [x], Policies: [{{PolicyDocument: {{Statement: [{other}]}}}}]}}}}
  A: {{Type: 'AWS::Serverless::Function', Properties: {{Policies: [!Ref Shared]}}}}
  B: {{Type: 'AWS::Serverless::Function', Properties: {{Role: !GetAtt Role.Arn}}}}
  C: {{Type: 'AWS::Serverless::Function', Properties: {{Role: !GetAtt Bare.Arn}}}}
  D: {{Type: 'AWS::Serverless::Function', Properties: {{}}}}"
        );
        let wrong = |id: &str| format!("{id}: may not read the platform's secret, and so cannot start");
        assert_eq!(without_platform_secret(&Template::parse("t.yaml", &text).unwrap()), [wrong("C"), wrong("D")]);
    }
}
