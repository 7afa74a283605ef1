//! Lists that must stay complete: every operation is protected, isolated, wired and replayed.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::{
    company::{Company, PASSWORD, one_account, one_price, one_recurring, sign_in, sign_up},
    goods::{one_address, one_product, one_review, one_shipment},
    operations::{self, Operation},
    sandbox::{Call, World, in_the_world},
};

/// Operations that need no token, each for a reason. A new one has to be added here by hand.
const PUBLIC: &[&str] = &[
    "accept_invitation",
    "add_cart_coupon",
    "add_cart_item",
    "cancel_order",
    "create_order",
    "create_shipping_quote",
    "create_tenant",
    "download_document",
    "download_tenant_export",
    "forgot_password",
    "get_accept_invitation_page",
    "get_brand_logo",
    "get_cart",
    "get_docs",
    "get_docs_page",
    "get_health",
    "get_health_services",
    "get_index",
    "get_jwks",
    "get_openapi",
    "get_order",
    "get_pay_page",
    "get_product",
    "get_product_recommendations",
    "get_product_review",
    "get_product_review_average",
    "get_public_file",
    "get_reset_password_page",
    "get_sign_in_tenant",
    "get_unsubscribe_page",
    "get_user_recommendations",
    "get_verify_email_page",
    "list_categories",
    "list_category_products",
    "list_order_fulfilments",
    "list_order_returns",
    "list_plans",
    "list_product_review_averages",
    "list_product_reviews",
    "list_products",
    "login",
    "receive_carrier_event",
    "receive_midtrans_notification",
    "receive_stripe_event",
    "receive_telegram_update",
    "receive_twilio_status",
    "record_behaviour",
    "refresh_tokens",
    "register_user",
    "remove_cart_coupons",
    "remove_cart_item",
    "replace_cart_address",
    "replace_cart_item",
    "replace_cart_shipping",
    "resend_verification",
    "reset_password",
    "search_products",
    "submit_pay_page",
    "submit_unsubscribe_page",
    "suggest_products",
    "verify_email",
];

/// Operations that sign the caller out.
const SIGNING_OUT: [&str; 2] = ["logout", "logout_all"];

/// A body that each write with an idempotency key takes.
fn replay_case(operation: &str, company: &Company) -> Option<Value> {
    Some(match operation {
        "create_tenant" => {
            json!({ "name": "Toko Replay", "owner": { "email": "r@example.com", "password": "correct horse battery" } })
        }
        "create_customer" => json!({ "name": "Siti", "externalId": "crm:7" }),
        "create_subscription" => json!({ "planKey": "BASIC", "currency": "IDR" }),
        "create_invoice" => json!({
            "customerId": company.account, "currency": "IDR",
            "lines": [{ "name": "Workshop", "quantity": 1, "unitAmount": { "amount": 1_000, "currency": "IDR" } }]
        }),
        "create_recurring_invoice" => one_recurring(&company.account),
        "create_credit_note" => json!({ "reason": "other", "amount": { "amount": 1, "currency": "IDR" } }),
        "create_owed_payment" => json!({ "invoiceId": company.owed, "method": "bni_va" }),
        "create_owed_payment_method" => json!({ "provider": "stripe", "token": "pm_card_mastercard" }),
        "create_payment" => json!({ "invoiceId": company.invoice, "method": "bni_va" }),
        "create_deposit" => {
            let amount = json!({ "amount": 1, "currency": "USD" });
            json!({ "amount": amount, "method": "bank_transfer", "customerId": company.account })
        }
        "create_payment_method" => {
            json!({ "provider": "stripe", "token": "pm_card_mastercard", "customerId": company.account })
        }
        "create_payment_method_setup" => json!({ "customerId": company.account }),
        "create_notification" => json!({ "template": company.template(), "to": { "customerId": company.account } }),
        "create_transfer_proof" => {
            json!({ "amount": { "amount": 1, "currency": "IDR" }, "customerId": company.account })
        }
        "create_refund" => {
            json!({ "reason": "Ordered twice", "by": "hand", "amount": { "amount": 1, "currency": "USD" } })
        }
        "create_withdrawal" => {
            let amount = json!({ "amount": 1, "currency": "USD" });
            json!({ "amount": amount, "bankAccount": one_account(), "customerId": company.account })
        }
        "convert_tenant" => json!({ "reason": "The pilot went well" }),
        "archive_plan" | "create_owed_payment_method_setup" | "create_product_export" | "create_tenant_export" => {
            json!({})
        }
        "create_domain" => json!({ "domain": "app.replay.id" }),
        "create_coupon" => json!({
            "key": "REPLAYED", "name": "Replayed", "discount": { "kind": "percent", "basisPoints": 1_000 },
            "duration": { "kind": "once" }
        }),
        "create_tax_rate" => json!({ "code": "GST", "name": "GST", "rateBasisPoints": 900, "validFrom": "2031-01-01" }),
        "create_meter" => json!({ "key": "cups", "name": "Cups" }),
        "create_plan" => json!({ "key": "REPLAYED", "name": "Replayed", "prices": [one_price()] }),
        "create_plan_version" => json!({ "name": "Own", "prices": [one_price()] }),
        "create_stock_adjustment" => json!({ "delta": 1, "reason": "received" }),
        "create_reservation" => json!({ "lines": [{ "sku": company.sku(), "quantity": 1 }] }),
        "create_stock_location" => json!({ "code": "bandung", "name": "Bandung" }),
        "create_product" => one_product("replayed"),
        "create_product_review" => one_review(&company.product, &company.account),
        "create_variant" => {
            json!({ "sku": "replayed-m", "optionValues": ["M"], "prices": [{ "amount": 1, "currency": "IDR" }] })
        }
        "create_category" => json!({ "name": "Replayed" }),
        "create_order" => {
            let nothing = json!({ "amount": 0, "currency": "IDR" });
            json!({ "cartId": company.cart, "expectedTotal": nothing, "customerId": company.account })
        }
        "create_shipment" => one_shipment(&company.account, "AWB-REPLAYED"),
        "create_file_upload" => json!({ "name": "a.txt", "contentType": "text/plain", "sizeBytes": 5 }),
        "create_shipping_quote" => json!({
            "to": one_address(), "items": [{ "weightGrams": 500, "quantity": 2 }],
            "goods": { "amount": 10_000, "currency": "IDR" }
        }),
        "create_order_fulfilment" => json!({ "carrier": "JNE" }),
        // What was sent by the one before.
        "create_order_return" => {
            json!({ "items": [{ "sku": company.gift(), "quantity": 1 }], "restock": true })
        }
        "create_promotion" => json!({ "name": "Replayed", "code": "REPLAYED", "benefit": { "kind": "free_shipping" } }),
        "create_ai_run" => json!({
            "steps": [{ "kind": "local", "id": "a", "model": { "kind": "rules", "clauses": [], "otherwise": 0.6 } }]
        }),
        "create_ai_agent" => json!({
            "name": "Replayed", "model": "small", "instructions": "Look.", "maxSteps": 1, "maxCostNanoUsd": 1
        }),
        "create_webhook_endpoint" => {
            json!({ "url": "https://hooks.example.com/ruko", "events": ["webhook_endpoint.disabled"] })
        }
        _ => return None,
    })
}

/// A body that is refused for nothing but what the path names.
pub(crate) fn foreign_case(operation: &str) -> Value {
    match operation {
        "grant_role" | "take_role" => json!({ "role": "USER" }),
        "create_plan_version" => json!({ "name": "Own", "prices": [one_price()] }),
        "apply_coupon" => json!({ "couponKey": "NONE" }),
        "create_credit_note" | "preview_credit_note" => json!({ "reason": "other" }),
        "end_tax_rate" => json!({ "validTo": "2032-01-01" }),
        "preview_notification_template" => json!({ "language": "en" }),
        "create_refund" => json!({ "reason": "Ordered twice" }),
        "create_variant" => json!({ "sku": "NONE" }),
        "create_order_return" => json!({ "items": [{ "sku": "NONE", "quantity": 1 }], "restock": false }),
        "replace_admin_user" => json!({ "roles": ["USER"], "status": "active" }),
        "replace_order_status" => json!({ "status": "completed" }),
        "replace_cart_item" => json!({ "quantity": 1 }),
        "replace_product" => json!({ "title": "Batik shirt" }),
        "replace_product_review" => json!({ "rating": 5, "title": "Soft", "body": "Still like new." }),
        "reject_product_review" | "report_product_review" => json!({ "reason": "spam" }),
        "record_ai_run_outcome" => json!({ "happened": true }),
        "set_product_review_reply" => json!({ "body": "Thank you." }),
        "mark_product_review_helpful" => json!({ "helpful": true }),
        "end_refund" => json!({ "outcome": "given", "reason": "Seen in the dashboard" }),
        "reject_transfer_proof" => json!({ "reason": "No such transfer came in" }),
        "decide_review" => json!({ "decision": "ignore", "reason": "A test of the dashboard" }),
        "replay_webhook_deliveries" => json!({ "since": "2026-01-01T00:00:00.000Z" }),
        "create_stock_adjustment" => json!({ "delta": 1, "reason": "received" }),
        // Whoever names a SKU that is not there makes it; not so at a location that is not there.
        "replace_inventory" => json!({ "location": "nowhere" }),
        "fail_withdrawal" => json!({ "reason": "The bank knows no such account" }),
        _ => json!({}),
    }
}

pub(crate) fn crate_root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The sources below a folder that are called so.
fn sources_named(folder: &Path, name: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.append(&mut sources_named(&path, name));
        } else if path.file_name().is_some_and(|file| *file == *format!("{name}.rs")) {
            found.push(path);
        }
    }
    found
}

pub(crate) fn random(_: &str) -> String {
    "xyz_01JD2Z3M4N5P6Q7R8S9T0V1W2X".to_owned()
}

#[test]
fn every_operation_has_a_file_of_its_name() {
    let operations = operations::all();
    assert!(operations.len() >= 30, "{}", operations.len());
    for Operation { id, group, file, .. } in &operations {
        let path = crate_root().join(file);
        assert!(path.is_file(), "{} is not there", path.display());
        assert_eq!(path.file_stem().unwrap().to_str(), Some(id.as_str()), "{}", path.display());
        let namesakes = sources_named(&crate_root().join(format!("functions/{group}/src")), id);
        assert_eq!(namesakes, [path], "{id} must be in one file");
    }
}

#[test]
fn only_the_listed_operations_are_public() {
    let mut public: Vec<String> = operations::all().into_iter().filter(|one| one.public).map(|one| one.id).collect();
    public.sort();
    assert_eq!(public, PUBLIC);
}

#[test]
fn the_committed_document_is_the_one_of_the_code() {
    let committed = std::fs::read_to_string(crate_root().join("docs/openapi.json")).unwrap();
    assert!(committed == ruko_local::openapi::json().unwrap(), "run: cargo xtask openapi");
    for (file, written) in [
        ("docs/ENDPOINTS.md", ruko_local::openapi::endpoints()),
        ("docs/permissions.json", ruko_local::openapi::permissions_json()),
        ("docs/audit-actions.json", ruko_local::openapi::actions_json()),
    ] {
        let committed = std::fs::read_to_string(crate_root().join(file)).unwrap();
        assert!(committed == written.unwrap(), "{file}: run: cargo xtask openapi");
    }
}

#[test]
fn without_a_token_no_operation_does_anything() {
    in_the_world(|World { sandbox, .. }| async move {
        for operation in operations::all().iter().filter(|one| !one.public) {
            let path = operation.path_with(random);
            for (token, code) in [(None, "UNAUTHENTICATED"), (Some("e30.e30.e30"), "INVALID_TOKEN")] {
                let call = Call { token: token.map(str::to_owned), ..Call::default() }.key("k").body(json!({}));
                let answer = sandbox.send(&operation.method, &path, call).await;
                assert_eq!((answer.status, answer.code().as_str()), (401, code), "{} {path}", operation.method);
            }
        }
    });
}

#[test]
fn what_belongs_to_another_tenant_is_as_absent_as_nothing() {
    // P16 of docs/rules/billing.md.
    in_the_world(|World { sandbox, ours, theirs }| async move {
        // Whoever signs out everywhere must not be the one that other tests are signed in as.
        let leaver = format!("leaver@{}.example", ours.slug);
        let body = json!({ "email": leaver, "username": "leaver", "password": PASSWORD });
        let registered = Call::default().tenant(&ours.slug).body(body);
        assert_eq!(sandbox.send("POST", "/api/v1/auth/register", registered).await.status, 201);
        let leaver = sign_in(sandbox, &ours.slug, &leaver).await;
        let secrets = [
            &theirs.id,
            &theirs.owner,
            &theirs.customer,
            &theirs.account,
            &theirs.subscription,
            &theirs.invoice,
            &theirs.payment,
            &theirs.credit_note,
            &theirs.withdrawal,
            &theirs.run,
            &theirs.session,
            &theirs.api_key,
            &theirs.role,
            &theirs.invitation,
            &theirs.webhook_endpoint,
            &theirs.product,
            &theirs.variant,
            &theirs.category,
            &theirs.promotion,
            &theirs.models.0,
            &theirs.models.1,
            &theirs.product_review,
        ];
        // A file is refused for its form before anybody looks whose it is: `somebody_elses_is_not_there` sends a real one.
        let of_json = |one: &&Operation| !one.public && one.id != "put_transfer_proof_file";
        for operation in operations::all().iter().filter(of_json) {
            let target = operation.path_with(|name| theirs.value_for(&operation.path, name));
            let token = if SIGNING_OUT.contains(&operation.id.as_str()) { &leaver } else { &ours.owner_token };
            let call = || Call::of(token).key("other").body(foreign_case(&operation.id));
            let answer = sandbox.send(&operation.method, &target, call()).await;
            let body = String::from_utf8_lossy(&answer.body).into_owned();
            if operation.is_about_dead_letters() {
                assert_eq!((answer.status, answer.code().as_str()), (403, "FORBIDDEN"), "{target}");
            } else if operation.path.contains('{') && operation.id != "replace_inventory" {
                let nothing = operation.path_with(|name| same_kind(&theirs.value_for(&operation.path, name)));
                let absent = sandbox.send(&operation.method, &nothing, call()).await;
                assert_eq!(answer.status, 404, "{} {target} {body}", operation.method);
                assert_eq!(
                    (answer.code(), answer.text("/detail")),
                    (absent.code(), absent.text("/detail")),
                    "{} {target}",
                    operation.method
                );
            } else {
                for secret in secrets {
                    assert!(!body.contains(secret.as_str()), "{} {target} shows {secret}", operation.method);
                }
            }
        }
    });
}

/// An id of the same kind that nothing has; a word that is no id stays.
pub(crate) fn same_kind(id: &str) -> String {
    let Some((prefix, _)) = id.split_once('_') else { return id.to_owned() };
    format!("{prefix}_01JD2Z3M4N5P6Q7R8S9T0V1W2X")
}

#[test]
fn every_write_with_an_idempotency_key_happens_once() {
    in_the_world(|World { sandbox, ours, .. }| async move {
        let operations = operations::all();
        // `a_file_is_stored_and_its_work_begun_once` sends a file.
        let keyed: Vec<_> = operations.iter().filter(|one| one.needs_key && one.id != "import_products").collect();
        assert!(keyed.len() >= 3, "{keyed:?}");
        // One that is still in its trial.
        let young = sign_up(sandbox, "toko-young").await;
        let young_owner = sign_in(sandbox, &young.slug, &format!("owner@{}.example", young.slug)).await;
        for operation in keyed {
            let body = replay_case(&operation.id, ours);
            let body = body.unwrap_or_else(|| panic!("{} needs a replay case", operation.id));
            let (company, token) = match operation.id.as_str() {
                "create_payment" | "create_subscription" => (ours, &ours.customer_token),
                "convert_tenant" => (&young, &young_owner),
                _ => (ours, &ours.owner_token),
            };
            let path = operation.path_with(|name| company.value_for(&operation.path, name));
            let call = |key: Option<&str>, body: &Value| Call {
                // Guests order too; here it is the owner.
                token: (!operation.public || operation.id == "create_order").then(|| token.clone()),
                tenant: None,
                key: key.map(str::to_owned),
                body: Some(body.clone()),
            };
            let keyless = sandbox.send(&operation.method, &path, call(None, &body)).await;
            assert_eq!(
                (keyless.status, keyless.code().as_str()),
                (400, "IDEMPOTENCY_KEY_REQUIRED"),
                "{}",
                operation.id
            );
            let first = sandbox.send(&operation.method, &path, call(Some("once"), &body)).await;
            assert!([200, 201, 202].contains(&first.status), "{} {:?}", operation.id, first.json);
            let again = sandbox.send(&operation.method, &path, call(Some("once"), &body)).await;
            assert_eq!(
                (again.status, again.replayed, &again.body),
                (first.status, true, &first.body),
                "{}",
                operation.id
            );
            if !operation.takes_body {
                // There is no other body that the key could come back with.
                continue;
            }
            let mut other = body.clone();
            other["zone"] = json!("x");
            let reused = sandbox.send(&operation.method, &path, call(Some("once"), &other)).await;
            assert_eq!((reused.status, reused.code().as_str()), (422, "IDEMPOTENCY_KEY_REUSED"), "{}", operation.id);
        }
    });
}
