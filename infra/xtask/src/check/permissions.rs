//! Rules about permissions: every statement names what it is about.

use serde_json::Value;

use super::template::{Template, referent};

/// What nobody may do: read everything at once, or write expressions that bypass the key conditions.
const FORBIDDEN: [&str; 5] = [
    "dynamodb:Scan",
    "dynamodb:PartiQLSelect",
    "dynamodb:PartiQLInsert",
    "dynamodb:PartiQLUpdate",
    "dynamodb:PartiQLDelete",
];

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

/// Statements that let a function at rows of every kind: those of the table or an index without partition keys, and patterns
/// that name no kind. Rows of tenants are `T#<tenant>#<KIND>`, and due work has partitions of its own.
pub(super) fn rows_of_every_kind(template: &Template) -> Vec<String> {
    let mut complaints = Vec::new();
    for (id, resource) in template.root["Resources"].as_object().into_iter().flatten() {
        walk(resource, &mut |statement| {
            let of_table = one_or_many(&statement["Resource"]).any(|target| {
                let text = target["Fn::Sub"].as_str().unwrap_or_default();
                let is_table = target["Fn::GetAtt"][0] == "Table" && target["Fn::GetAtt"][1] == "Arn";
                is_table || text == "${Table.Arn}" || text.starts_with("${Table.Arn}/index/")
            });
            if !of_table {
                return;
            }
            let sid = statement["Sid"].as_str().unwrap_or("a statement without Sid");
            let condition = &statement["Condition"];
            let patterns = &condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"];
            if patterns.is_null() || condition["Null"]["dynamodb:LeadingKeys"] != "false" {
                complaints.push(format!("{id}: {sid} must bound dynamodb:LeadingKeys, and take none without them"));
            }
            for pattern in one_or_many(patterns).filter_map(Value::as_str).filter(|pattern| !names_a_kind(pattern)) {
                complaints.push(format!("{id}: {sid} allows {pattern}, which is rows of every kind"));
            }
        });
    }
    complaints
}

fn names_a_kind(pattern: &str) -> bool {
    let kind = pattern.strip_prefix("T#*#").unwrap_or(pattern).split('#').next().unwrap_or_default();
    !kind.is_empty() && kind.chars().all(|character| character.is_ascii_uppercase()) && (kind != "T")
}

/// Functions that may not read the platform's secret, which `Ctx::connect` does before the first event: they would never
/// start, and no emulator would say so.
pub(super) fn without_platform_secret(template: &Template) -> Vec<String> {
    let mut complaints = Vec::new();
    for function in template.functions() {
        let mut reads = false;
        granted(template, function.properties, &mut |action, target| {
            reads |= action == "secretsmanager:GetSecretValue" && target["Ref"] == "PlatformSecret";
        });
        if !reads {
            complaints.push(format!("{}: may not read the platform's secret, and so cannot start", function.id));
        }
    }
    complaints
}

/// What a function must be told that may do something: the action, a part of its resource, and the variable.
const TOLD: [(&str, &str, &str); 5] = [
    ("secretsmanager:GetSecretValue", "/tenants/", "RUKO_TENANT_SECRETS"),
    ("ses:SendEmail", "", "RUKO_MAIL_FROM"),
    ("events:PutEvents", "", "RUKO_BUS"),
    ("s3:GetObject", "", "RUKO_BUCKET"),
    ("s3:PutObject", "", "RUKO_BUCKET"),
];

/// Functions that may use what nobody tells them where it is: on AWS each use would fail, and the local cloud tells all
/// functions everything.
pub(super) fn untold(template: &Template) -> Vec<String> {
    let mut complaints = Vec::new();
    let of_all = &template.root["Globals"]["Function"]["Environment"]["Variables"];
    for function in template.functions() {
        let own = &function.properties["Environment"]["Variables"];
        let names_queue = |queue: &str| {
            let values = own.as_object().into_iter().chain(of_all.as_object()).flat_map(|variables| variables.values());
            // Where Lambda itself sends what a function gives up on.
            let lambdas = [&function.properties["Events"], &function.properties["EventInvokeConfig"]];
            let given_up = lambdas.iter().any(|own| own.to_string().contains(&format!("\"{queue}\"")));
            given_up || values.filter_map(referent).any(|named| named == queue)
        };
        granted(template, function.properties, &mut |action, target| {
            for (_, _, variable) in
                TOLD.iter().filter(|(told, part, _)| *told == action && target.to_string().contains(part))
            {
                if own[variable].is_null() && of_all[variable].is_null() {
                    complaints.push(format!("{}: may {action}, but {variable} is not set", function.id));
                }
            }
            let queue = referent(target).filter(|_| action == "sqs:SendMessage");
            if let Some(queue) = queue.filter(|queue| !names_queue(queue)) {
                complaints.push(format!("{}: may send to {queue}, but no variable has its URL", function.id));
            }
        });
    }
    complaints.sort();
    complaints.dedup();
    complaints
}

/// Visits each action with each resource that a function's own policies, its role or shared policies allow it.
fn granted(template: &Template, function: &Value, visit: &mut impl FnMut(&str, &Value)) {
    let resources = &template.root["Resources"];
    let role = referent(&function["Role"]).map(|role| &resources[role]["Properties"]);
    let policies = role.unwrap_or(function);
    let named = [&policies["Policies"], &policies["ManagedPolicyArns"]].into_iter().flat_map(one_or_many);
    let named = named.filter_map(referent).map(|policy| &resources[policy]);
    for grant in named.chain([&policies["Policies"]]) {
        walk(grant, &mut |statement| {
            for action in one_or_many(&statement["Action"]).filter_map(Value::as_str) {
                for target in one_or_many(&statement["Resource"]) {
                    visit(action, target);
                }
            }
        });
    }
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
    fn rows_are_allowed_by_their_kinds() {
        let complaints = |condition: &str| {
            let statement = format!(
                "{{Sid: A, Effect: Allow, Action: 'dynamodb:GetItem', Resource: [!GetAtt Table.Arn]{condition}}}"
            );
            let text = format!("Resources: {{F: {{Properties: {{Policies: [{{Statement: [{statement}]}}]}}}}}}");
            rows_of_every_kind(&Template::parse("t.yaml", &text).unwrap())
        };
        let of = |pattern: &str| {
            complaints(&format!(
                ", Condition: {{'ForAllValues:StringLike': {{'dynamodb:LeadingKeys': ['{pattern}']}}, 'Null': {{'dynamodb:LeadingKeys': 'false'}}}}"
            ))
        };
        for kind in ["T#*#PAY", "T#*#PAY#*", "T#*#NAME#SLUG#*", "DUE#*"] {
            assert_eq!(of(kind), Vec::<String>::new());
        }
        for wide in ["T#*", "T#*#*", "*", "T#*#P*"] {
            assert_eq!(of(wide), [format!("F: A allows {wide}, which is rows of every kind")]);
        }
        assert_eq!(complaints(""), ["F: A must bound dynamodb:LeadingKeys, and take none without them"]);
    }

    #[test]
    fn a_function_reads_the_secret_by_a_policy_a_role_or_a_managed_policy_of_its_own() {
        let grant = "{Effect: Allow, Action: 'secretsmanager:GetSecretValue', Resource: !Ref PlatformSecret}";
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

    #[test]
    fn who_may_use_something_is_told_where_it_is() {
        let text = "
Resources:
  Keys: {Properties: {PolicyDocument: {Statement: [{Effect: Allow, Action: 'secretsmanager:GetSecretValue', Resource: !Sub 'secret:x/tenants/*'}]}}}
  A: {Type: 'AWS::Serverless::Function', Properties: {Policies: [!Ref Keys, {Statement: [{Effect: Allow, Action: 'sqs:SendMessage', Resource: !GetAtt Q.Arn}]}]}}
  B: {Type: 'AWS::Serverless::Function', Properties: {Policies: [!Ref Keys, {Statement: [{Effect: Allow, Action: 'sqs:SendMessage', Resource: !GetAtt Q.Arn}]}],
    Environment: {Variables: {RUKO_TENANT_SECRETS: x/tenants/, RUKO_Q_URL: !Ref Q}}}}";
        assert_eq!(
            untold(&Template::parse("t.yaml", text).unwrap()),
            [
                "A: may secretsmanager:GetSecretValue, but RUKO_TENANT_SECRETS is not set",
                "A: may send to Q, but no variable has its URL"
            ]
        );
    }
}
