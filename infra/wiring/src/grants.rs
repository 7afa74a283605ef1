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

/// A role as a session of it that STS gave out under a session policy: both must allow what is asked. With the policy that
/// [`Session::of_tenant`] makes, even a function with a fault in its keys reaches one tenant alone.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session>
#[derive(Clone, Debug)]
pub struct Session<'a> {
    role: &'a Grants,
    policy: Grants,
    /// What `${aws:PrincipalTag/TenantId}` stands for; a policy that names it matches nothing without.
    tenant: Option<&'a str>,
}

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
        self.allow_tagged(request, None)
    }

    fn allow_tagged(&self, request: Request<'_>, tenant: Option<&str>) -> bool {
        let resource = request.index.map_or_else(|| TABLE.to_owned(), |index| format!("{TABLE}/index/{index}"));
        self.0.iter().any(|statement| {
            statement.actions.iter().any(|action| action == request.action)
                && statement.resources.contains(&resource)
                && holds(&statement.condition, request.leading_keys, tenant)
        })
    }
}

/// What a session may do for the tenant of its tag, and nothing else: rows of its partitions, in the table and its listing
/// index. No `#` is in an id, so the one behind it ends it.
pub const TENANT_SESSION: &str = r#"{"Effect": "Allow",
    "Action": ["dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem", "dynamodb:DeleteItem", "dynamodb:GetItem",
        "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"],
    "Resource": ["${Table.Arn}", "${Table.Arn}/index/GSI1"],
    "Condition": {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["T#${aws:PrincipalTag/TenantId}#*"]},
        "Null": {"dynamodb:LeadingKeys": "false"}}}"#;

impl<'a> Session<'a> {
    /// A session of a role under [`TENANT_SESSION`], tagged with a tenant or with none.
    ///
    /// # Errors
    /// The policy is no JSON: a fault in the code.
    pub fn of_tenant(role: &'a Grants, tenant: Option<&'a str>) -> Result<Self, serde_json::Error> {
        let mut statements = Vec::new();
        collect(&serde_json::from_str(TENANT_SESSION)?, &mut statements);
        Ok(Self { role, policy: Grants(statements), tenant })
    }

    /// Whether the role and the session's policy both allow the request.
    pub fn allow(&self, request: Request<'_>) -> bool {
        self.role.allow(request) && self.policy.allow_tagged(request, self.tenant)
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
fn holds(condition: &Value, leading_keys: &[&str], tenant: Option<&str>) -> bool {
    let Some(operators) = condition.as_object() else { return true };
    operators.iter().all(|(operator, keys)| {
        let mut keys = keys.as_object().into_iter().flatten();
        keys.all(|(key, wanted)| {
            key == LEADING_KEYS
                && match operator.as_str() {
                    "ForAllValues:StringLike" => leading_keys.iter().all(|leading| {
                        let likes = one_or_many(wanted).filter_map(Value::as_str);
                        likes.filter_map(|like| tagged(like, tenant)).any(|like| is_like(leading, &like))
                    }),
                    "Null" => leading_keys.is_empty() == (wanted == "true"),
                    _ => false,
                }
        })
    })
}

/// A pattern with the session's tag in it; `None` when it names a tag that the session does not have, or one whose text would
/// be read as a pattern itself.
fn tagged<'p>(like: &'p str, tenant: Option<&str>) -> Option<std::borrow::Cow<'p, str>> {
    if !like.contains(TAG) {
        return Some(like.into());
    }
    let tenant = tenant.filter(|tenant| !tenant.is_empty() && !tenant.contains(['*', '?', '#']))?;
    Some(like.replace(TAG, tenant).into())
}

/// The policy variable of the session's tag.
const TAG: &str = "${aws:PrincipalTag/TenantId}";

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

    /// As the templates are: functions that visitors call read who calls and what is sold, and write none of it.
    #[test]
    fn a_shop_function_that_visitors_call_writes_nothing_that_it_only_reads() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let grants = Grants::all(&crate::flatten(&crate::files(&root).unwrap()).unwrap());
        let of_all =
            ["USR#1", "SES#1", "ROLES", "TENANT", "PLANS", "LIMITS", "ALLOWANCE#1", "NAME#SLUG#a", "PRODUCT#1"];
        for (binary, more, own) in [
            ("orders-api", ["SKU#A", "BILLING", "SHIPQUOTE#1", "STOCKLOCS"], "CART#1"),
            ("shipping-api", ["CART#1", "CUS#1", "ACTSFOR#1", "SHIPMENT"], "SHIPMENT#1"),
        ] {
            let may = |action: &str, kind: &str| {
                let (action, key) = (format!("dynamodb:{action}"), format!("T#{ONE}#{kind}"));
                grants[binary].allow(Request { action: &action, index: None, leading_keys: &[&key] })
            };
            for kind in of_all.into_iter().chain(more) {
                assert!(may("GetItem", kind), "{binary} reads {kind}");
                for action in ["PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"] {
                    assert!(!may(action, kind), "{binary}: {action} of {kind}");
                }
            }
            assert!(may("PutItem", own) && may("UpdateItem", "RL#1") && may("PutItem", "AUDIT#2026-12-01"), "{binary}");
        }
    }

    const ONE: &str = "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X";

    /// Keys that are not the tenant's, however much they look like its own.
    fn foreign() -> Vec<String> {
        let neighbours =
            ["tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2Y", "tnt_00000000000000000000000000", "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X1"];
        let rests = ["TENANT".to_owned(), "PAY#1".to_owned(), format!("PAY#T#{ONE}#PAY#1")];
        let others = neighbours.iter().flat_map(|other| rests.iter().map(move |rest| format!("T#{other}#{rest}")));
        let loose = [format!("T#{ONE}"), format!("t#{ONE}#PAY#1"), "DUE#1".to_owned(), String::new()];
        others.chain(loose).collect()
    }

    #[test]
    fn a_session_of_one_tenant_reaches_no_other_whatever_its_role_may() {
        let grants = Grants::all(&crate::parse(TEMPLATE).unwrap());
        let payer = Session::of_tenant(&grants["payer"], Some(ONE)).unwrap();
        let get = |session: &Session<'_>, keys: &[&str]| {
            session.allow(Request { action: "dynamodb:GetItem", index: None, leading_keys: keys })
        };
        let own = format!("T#{ONE}#PAY#1");
        assert!(get(&payer, &[&own]));
        assert!(!get(&payer, &[&format!("T#{ONE}#LOGIN#1")]), "the role does not");
        assert!(!get(&payer, &[]));
        for key in foreign() {
            assert!(!get(&payer, &[&key]), "{key}");
            assert!(!get(&payer, &[&own, &key]), "one of two: {key}");
        }
        for tag in [None, Some(""), Some("*"), Some("tnt_?1JD2Z3M4N5P6Q7R8S9T0V1W2X"), Some("x#")] {
            let untagged = Session::of_tenant(&grants["payer"], tag).unwrap();
            assert!(!get(&untagged, &[&own]), "{tag:?}");
        }
    }

    /// As the templates are: what each function may do, it may do for a tenant; under a session of that tenant, for it alone.
    #[test]
    fn every_function_is_held_to_a_tenant_by_a_session_of_it() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let flat = crate::flatten(&crate::files(&root).unwrap()).unwrap();
        let mut reaching = 0;
        for (binary, grants) in Grants::all(&flat) {
            let session = Session::of_tenant(&grants, Some(ONE)).unwrap();
            for statement in &grants.0 {
                let Some(of) = statement.resources.iter().find_map(|of| of.strip_prefix(TABLE)) else { continue };
                if of.starts_with("/stream/") {
                    continue;
                }
                let index = of.strip_prefix("/index/");
                let likes = &statement.condition["ForAllValues:StringLike"][LEADING_KEYS];
                assert_eq!(statement.condition["Null"][LEADING_KEYS], "false", "{binary}: {statement:?}");
                for like in one_or_many(likes).filter_map(Value::as_str) {
                    assert!(like.starts_with("T#*#") || like.starts_with("DUE#"), "{binary} may reach {like}");
                    assert!(!like.ends_with("T#*#*"), "{binary} may reach all kinds of rows");
                    for action in &statement.actions {
                        assert!(!["dynamodb:Scan", "dynamodb:*", "*"].contains(&action.as_str()), "{binary}: {action}");
                        let of = |tenant: &str| like.replacen('*', tenant, 1).replace('*', "x");
                        let may = |session: Option<&Session<'_>>, key: &str| {
                            let request = Request { action, index, leading_keys: &[key] };
                            session.map_or_else(|| grants.allow(request), |session| session.allow(request))
                        };
                        let (own, other) = (of(ONE), of("tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2Y"));
                        assert!(may(None, &own) && may(None, &other), "{binary} {action} {like}");
                        assert!(!may(Some(&session), &other), "{binary} {action} {other}");
                        reaching += u32::from(may(Some(&session), &own));
                    }
                }
            }
        }
        assert!(reaching > 500, "{reaching}");
    }
}
