//! What a function's statements allow it to do with the table, as IAM would read them.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::list;

/// The condition key of partition keys: those of the table, or of the index that is queried.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html>
const LEADING_KEYS: &str = "dynamodb:LeadingKeys";

/// The statements that allow a function something of DynamoDB.
#[derive(Clone, Debug, Default)]
pub struct Grants(Vec<Statement>);

/// One request, or one part of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// Such as `dynamodb:GetItem`.
    pub action: &'a str,
    /// The index that is queried; `None` for the table itself.
    pub index: Option<&'a str>,
    /// All partition keys that the request names.
    pub leading_keys: &'a [&'a str],
}

#[derive(Clone, Debug)]
struct Statement {
    actions: Vec<String>,
    resources: Vec<String>,
    condition: Value,
}

impl Grants {
    /// What each function of a flat template may do, by its binary.
    pub fn all(flat: &Value) -> BTreeMap<String, Self> {
        let functions = list::functions(flat).into_iter();
        functions
            .map(|function| (function.binary, Self::of(flat, &flat["Resources"][&function.id]["Properties"])))
            .collect()
    }

    /// What a function may do by its own policies or its role's, and by the managed policies that either names.
    fn of(flat: &Value, function: &Value) -> Self {
        let resources = &flat["Resources"];
        let policies = list::target(&function["Role"]).map_or(function, |role| &resources[role]["Properties"]);
        let mut statements = Vec::new();
        for named in [&policies["Policies"], &policies["ManagedPolicyArns"]] {
            for policy in one_or_many(named) {
                match list::target(policy) {
                    Some(managed) => collect(&resources[managed], &mut statements),
                    None => collect(policy, &mut statements),
                }
            }
        }
        Self(statements)
    }

    /// Whether one of the statements allows the request as a whole: partition keys are held against the conditions of one
    /// statement at a time.
    pub fn allow(&self, request: Request<'_>) -> bool {
        let resource = request.index.map_or_else(|| TABLE.to_owned(), |index| format!("{TABLE}/index/{index}"));
        self.0.iter().any(|statement| {
            statement.actions.iter().any(|action| action == request.action)
                && statement.resources.contains(&resource)
                && holds(&statement.condition, request.leading_keys)
        })
    }
}

/// How the templates name the table's ARN.
const TABLE: &str = "${Table.Arn}";

fn collect(value: &Value, statements: &mut Vec<Statement>) {
    if value["Effect"] == "Allow" {
        let texts = |value: &Value| one_or_many(value).map(text).collect();
        statements.push(Statement {
            actions: texts(&value["Action"]),
            resources: texts(&value["Resource"]),
            condition: value["Condition"].clone(),
        });
        return;
    }
    let below = value.as_object().into_iter().flat_map(|object| object.values());
    for child in below.chain(value.as_array().into_iter().flatten()) {
        collect(child, statements);
    }
}

/// A reference as `Fn::Sub` writes it.
fn text(value: &Value) -> String {
    let attribute = || {
        let path: Vec<&str> = value["Fn::GetAtt"].as_array()?.iter().filter_map(Value::as_str).collect();
        Some(format!("${{{}}}", path.join(".")))
    };
    let plain = value.as_str().or_else(|| value["Fn::Sub"].as_str()).map(str::to_owned);
    plain.or_else(attribute).unwrap_or_else(|| value.to_string())
}

/// Whether each condition holds. One that is not read here holds never: better refused here than allowed there.
fn holds(condition: &Value, leading_keys: &[&str]) -> bool {
    let Some(operators) = condition.as_object() else { return true };
    operators.iter().all(|(operator, keys)| {
        let mut keys = keys.as_object().into_iter().flatten();
        keys.all(|(key, wanted)| {
            key == LEADING_KEYS
                && match operator.as_str() {
                    "ForAllValues:StringLike" => leading_keys.iter().all(|leading| {
                        one_or_many(wanted).filter_map(Value::as_str).any(|like| is_like(leading, like))
                    }),
                    "Null" => leading_keys.is_empty() == (wanted == "true"),
                    _ => false,
                }
        })
    })
}

/// `*` stands for anything, `?` for one character, and everything else for itself.
fn is_like(text: &str, pattern: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => text.is_empty(),
        Some('*') => {
            let mut ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            ends.any(|at| text.get(at..).is_some_and(|tail| is_like(tail, rest.as_str())))
        }
        Some(wanted) => {
            let mut characters = text.chars();
            characters.next().is_some_and(|one| wanted == '?' || one == wanted)
                && is_like(characters.as_str(), rest.as_str())
        }
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

    const TEMPLATE: &str = "
Resources:
  Table: {Type: 'AWS::DynamoDB::Table'}
  Shared: {Type: 'AWS::IAM::ManagedPolicy', Properties: {PolicyDocument: {Statement: [
    {Effect: Allow, Action: 'dynamodb:GetItem', Resource: !GetAtt Table.Arn, Condition: {'ForAllValues:StringLike': {'dynamodb:LeadingKeys': 'T#*#TENANT'}, 'Null': {'dynamodb:LeadingKeys': 'false'}}}]}}}
  Role: {Type: 'AWS::IAM::Role', Properties: {ManagedPolicyArns: [!Ref Shared], Policies: [{PolicyDocument: {Statement: [
    {Effect: Allow, Action: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'], Resource: [!GetAtt Table.Arn, !Sub '${Table.Arn}/index/GSI1'],
     Condition: {'ForAllValues:StringLike': {'dynamodb:LeadingKeys': ['T#*#PAY', 'T#*#PAY#*']}, 'Null': {'dynamodb:LeadingKeys': 'false'}}},
    {Effect: Allow, Action: 'dynamodb:PutItem', Resource: !GetAtt Table.Arn, Condition: {StringEquals: {'aws:PrincipalTag/a': b}}},
    {Effect: Deny, Action: 'dynamodb:Scan', Resource: !GetAtt Table.Arn}]}}]}}
  F: {Type: 'AWS::Serverless::Function', Metadata: {BuildProperties: {Binary: payer}}, Properties: {Role: !GetAtt Role.Arn}}
  G: {Type: 'AWS::Serverless::Function', Metadata: {BuildProperties: {Binary: reader}}, Properties: {Policies: [!Ref Shared]}}";

    #[test]
    fn statements_are_read_as_iam_reads_them() {
        let grants = Grants::all(&crate::parse(TEMPLATE).unwrap());
        let may = |binary: &str, action: &str, index: Option<&str>, leading_keys: &[&str]| {
            grants[binary].allow(Request { action: &format!("dynamodb:{action}"), index, leading_keys })
        };
        assert!(may("payer", "GetItem", None, &["T#t#PAY#1"]));
        assert!(may("payer", "GetItem", None, &["T#t#TENANT"]), "by the managed policy of the role");
        assert!(may("payer", "BatchGetItem", None, &["T#t#PAY#1", "T#u#PAY#2"]));
        assert!(may("payer", "Query", Some("GSI1"), &["T#t#PAY"]));
        assert!(may("reader", "GetItem", None, &["T#t#TENANT"]));
        assert!(!may("reader", "GetItem", None, &["T#t#PAY#1"]));
        assert!(!may("payer", "GetItem", None, &["T#t#LOGIN#1"]));
        assert!(!may("payer", "GetItem", None, &["T#t#PAYABLE#1"]));
        assert!(!may("payer", "GetItem", None, &[]), "no values would satisfy ForAllValues");
        assert!(!may("payer", "BatchGetItem", None, &["T#t#PAY#1", "T#t#LOGIN#1"]));
        assert!(!may("payer", "GetItem", None, &["T#t#PAY#1", "T#t#TENANT"]), "two statements do not add up");
        assert!(!may("payer", "Query", Some("GSI2"), &["T#t#PAY"]));
        assert!(!may("payer", "PutItem", None, &["T#t#PAY#1"]), "a condition that is not read");
        assert!(!may("payer", "Scan", None, &["T#t#PAY#1"]));
    }
}
