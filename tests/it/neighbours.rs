//! One customer never sees another's: every operation that a customer may call, asked by one customer for what is another's
//! in the same tenant, answers as if it were not there and changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use identity::{Permission, Role};
use serde_json::{Value, json};

use crate::{
    company::{Company, PASSWORD, one_account, sign_in},
    completeness::{foreign_case, same_kind},
    goods::{one_review, one_shipment},
    operations::{self, Operation},
    sandbox::{Call, Sandbox, World, in_the_world},
};

/// Whether a customer may call it: it asks for no permission, or for one that the role USER grants over one's own.
fn is_open_to_customers(operation: &Operation) -> bool {
    let Some(needed) = &operation.permission else { return !operation.public };
    let grants = Role::User.own_grants().iter().filter_map(|grant| grant.parse::<Permission>().ok());
    grants.into_iter().any(|grant| grant.covers(needed))
}

/// A second customer of the company, who has a subscription of their own.
async fn neighbour(sandbox: &Sandbox, company: &Company) -> String {
    let email = format!("wayan@{}.example", company.slug);
    let body = json!({ "email": email, "username": "wayan", "password": PASSWORD });
    let made = sandbox.send("POST", "/api/v1/auth/register", Call::default().tenant(&company.slug).body(body)).await;
    assert_eq!(made.status, 201, "{:?}", made.json);
    let token = sign_in(sandbox, &company.slug, &email).await;
    // A plan that allows as many calls as are made here.
    let body = json!({ "planKey": "ENTERPRISE", "currency": "IDR" });
    let made = sandbox.send("POST", "/api/v1/subscriptions", Call::of(&token).key("wayan").body(body)).await;
    assert_eq!(made.status, 201, "{:?}", made.json);
    token
}

/// The bodies of operations that name somebody's thing in them.
fn naming_case(operation: &str, company: &Company) -> Option<Value> {
    Some(match operation {
        "create_order" => {
            let nothing = json!({ "amount": 0, "currency": "IDR" });
            json!({ "cartId": company.cart, "expectedTotal": nothing })
        }
        "create_subscription" => {
            json!({ "planKey": "BASIC", "currency": "IDR", "customerId": company.account })
        }
        "check_entitlement" => json!({ "subscriptionId": company.subscription, "feature": "predictions" }),
        "create_payment" => json!({ "invoiceId": company.invoice, "method": "bni_va" }),
        "create_deposit" => {
            let amount = json!({ "amount": 100_000, "currency": "IDR" });
            json!({ "amount": amount, "method": "bni_va", "customerId": company.account })
        }
        "create_withdrawal" => {
            let amount = json!({ "amount": 1, "currency": "USD" });
            json!({ "amount": amount, "bankAccount": one_account(), "customerId": company.account })
        }
        "create_payment_method" => {
            json!({ "provider": "stripe", "token": "pm_card_visa", "customerId": company.account })
        }
        "create_payment_method_setup" => json!({ "customerId": company.account }),
        "create_transfer_proof" => {
            json!({ "amount": { "amount": 1, "currency": "IDR" }, "customerId": company.account })
        }
        "replace_wallet_settings" => json!({ "balancePays": "nothing", "customerId": company.account }),
        "create_shipping_quote" => json!({ "cartId": "crt_01JD2Z3M4N5P6Q7R8S9T0V1W2X" }),
        "replace_cart_shipping" => {
            json!({ "method": "carrier", "quoteId": "quo_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "optionId": "own:reg" })
        }
        "create_shipment" => one_shipment(&company.account, "AWB-NAMED"),
        "create_product_review" => one_review(&company.product, &company.account),
        "mark_product_review_helpful" => json!({ "helpful": true, "customerId": company.account }),
        "report_product_review" => json!({ "reason": "spam", "customerId": company.account }),
        _ => return None,
    })
}

/// The company's thing that a query parameter names.
fn thing(company: &Company, parameter: &str) -> String {
    match parameter {
        "customerId" => company.account.clone(),
        "subscriptionId" => company.subscription.clone(),
        "invoiceId" => company.invoice.clone(),
        "userId" => company.customer.clone(),
        _ => panic!("say what ?{parameter}= is"),
    }
}

/// The rows of the customer's things, as they are stored.
async fn rows(sandbox: &Sandbox, company: &Company) -> BTreeMap<String, Value> {
    let ids = [
        &company.account,
        &company.subscription,
        &company.invoice,
        &company.payment,
        &company.customer,
        &company.withdrawal,
        &company.payment_method,
        &company.transfer_proof,
    ];
    let endpoints = sandbox.cloud.control().endpoints();
    let all = testkit::all_rows(&endpoints.dynamodb, &endpoints.table).await;
    let own = all.into_iter().filter_map(|row| {
        let key = format!("{} {}", row["PK"].as_str()?, row["SK"].as_str()?);
        let is_thing = ids.iter().any(|id| row["PK"].as_str().is_some_and(|pk| pk.ends_with(id.as_str())));
        is_thing.then_some((key, row))
    });
    own.collect()
}

#[test]
fn what_belongs_to_another_customer_is_as_absent_as_nothing() {
    in_the_world(|World { sandbox, theirs, .. }| async move {
        let token = neighbour(sandbox, theirs).await;
        let before = rows(sandbox, theirs).await;
        assert!(before.len() >= 5, "{:?}", before.keys());
        let (mut asked, mut unnamed) = (BTreeSet::new(), Vec::new());
        // A file is refused for its form before anybody looks whose it is.
        // What is said of a product is for everybody.
        let others = ["put_transfer_proof_file", "get_product_recommendations", "get_product_review_average"];
        let open = |one: &&operations::Operation| is_open_to_customers(one) && !others.contains(&one.id.as_str());
        for operation in operations::all().iter().filter(open) {
            let id = operation.id.as_str();
            let target = operation.path_with(|name| theirs.value_for(&operation.path, name));
            let mut calls: Vec<(String, String, Value)> = Vec::new();
            if operation.path.contains('{') {
                let nothing = operation.path_with(|name| same_kind(&theirs.value_for(&operation.path, name)));
                calls.push((target.clone(), nothing, foreign_case(id)));
            }
            let names_one =
                |name: &&String| name.ends_with("Id") && !["externalId", "productId"].contains(&name.as_str());
            for name in operation.query.iter().filter(names_one) {
                let theirs = thing(theirs, name);
                let nothing = format!("{target}?{name}={}", same_kind(&theirs));
                calls.push((format!("{target}?{name}={theirs}"), nothing, json!({})));
            }
            if operation.body.iter().any(|name| name.ends_with("Id")) {
                match naming_case(id, theirs) {
                    Some(body) => calls.push((target.clone(), String::new(), body)),
                    None => unnamed.push(id.to_owned()),
                }
            }
            for (path, nothing, body) in calls {
                let call = || Call::of(&token).key(id).body(body.clone());
                let answer = sandbox.send(&operation.method, &path, call()).await;
                assert_eq!(
                    (answer.status, answer.code().as_str()),
                    (404, "NOT_FOUND"),
                    "{id} {path} {:?}",
                    answer.json
                );
                if !nothing.is_empty() {
                    let absent = sandbox.send(&operation.method, &nothing, call()).await;
                    assert_eq!(answer.text("/detail"), absent.text("/detail"), "{id} {path}");
                }
                asked.insert(id.to_owned());
            }
        }
        assert_eq!(unnamed, Vec::<String>::new(), "operations that name a thing in their body need a case");
        for known in [
            "get_invoice",
            "get_invoice_pdf",
            "get_invoice_receipt",
            "get_credit_note",
            "get_credit_note_pdf",
            "list_credit_notes",
            "get_payment",
            "sync_payment",
            "create_payment",
            "get_customer",
            "create_deposit",
            "create_withdrawal",
            "get_withdrawal",
            "cancel_withdrawal",
        ] {
            assert!(asked.contains(known), "{known} was not asked: {asked:?}");
        }
        assert_eq!(rows(sandbox, theirs).await, before);
    });
}

#[test]
fn lists_show_one_customer_nothing_of_another() {
    in_the_world(|World { sandbox, theirs, .. }| async move {
        let email = format!("andi@{}.example", theirs.slug);
        let body = json!({ "email": email, "username": "andi", "password": PASSWORD });
        let registered = Call::default().tenant(&theirs.slug).body(body);
        assert_eq!(sandbox.send("POST", "/api/v1/auth/register", registered).await.status, 201);
        let token = sign_in(sandbox, &theirs.slug, &email).await;
        let secrets = [
            &theirs.account,
            &theirs.subscription,
            &theirs.invoice,
            &theirs.payment,
            &theirs.credit_note,
            &theirs.withdrawal,
            &theirs.customer,
            &theirs.session,
        ];
        let lists = operations::all();
        let lists = lists.iter().filter(|one| one.method == "GET" && is_open_to_customers(one));
        for operation in lists.filter(|one| !one.path.contains('{')) {
            let answer = sandbox.get(&operation.path, &token).await;
            let body = String::from_utf8_lossy(&answer.body).into_owned();
            for secret in secrets {
                assert!(!body.contains(secret.as_str()), "{} shows {secret}", operation.id);
            }
        }
    });
}
