//! Whoever makes several mistakes is told all of them at once, whatever the operation.

use serde_json::{Map, Value, json};

use crate::{
    completeness::random,
    operations,
    sandbox::{Call, World, in_the_world},
};

/// Operations whose callers are not those of this test, each with whose test it is.
const ELSEWHERE: [&str; 12] = [
    // OpenAI's own form, which keeps fields that it does not know.
    "create_chat_completion",
    // The operator alone.
    "delete_dead_letter",
    "redrive_dead_letters",
    // Read as they come, and refused by their signature alone.
    "receive_carrier_event",
    "receive_midtrans_notification",
    "receive_stripe_event",
    "receive_telegram_update",
    "receive_twilio_status",
    // Files.
    "import_products",
    "put_transfer_proof_file",
    // The form of a page, which is refused as a whole.
    "submit_pay_page",
    // What it says makes no difference.
    "submit_unsubscribe_page",
];

#[test]
fn every_body_is_told_all_its_mistakes_at_once() {
    in_the_world(|World { sandbox, ours, .. }| async move {
        let mut told = 0;
        let bodies = operations::all().into_iter().filter(|one| one.takes_body);
        for operation in bodies.filter(|one| !ELSEWHERE.contains(&one.id.as_str())) {
            // Of no field's type.
            let wrong: Map<String, Value> = operation.body.iter().map(|name| (name.clone(), json!([[{}]]))).collect();
            let mut call = Call::of(&ours.owner_token).key("mistakes").body(wrong.into());
            if operation.public {
                call = Call { token: None, ..call }.tenant(&ours.slug);
            } else if operation.id == "create_service_token" {
                call.token = Some(ours.api_key_text.clone());
            }
            let path = operation.path_with(|name| match name {
                "name" => "CLERK".to_owned(),
                "id" if operation.path.contains("/tenants/") => ours.id.clone(),
                name => ours.value_for(&operation.path, name),
            });
            let answer = sandbox.send(&operation.method, &path, call).await;
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (400, "INVALID_BODY"),
                "{} {:?}",
                operation.id,
                answer.json
            );
            let errors = answer.json["errors"].as_array().unwrap();
            let pointers: Vec<&str> = errors.iter().map(|one| one["pointer"].as_str().unwrap()).collect();
            for name in &operation.body {
                let place = format!("/{name}");
                let at =
                    |one: &&str| one.strip_prefix(&place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
                assert!(pointers.iter().any(at), "{} {place}: {pointers:?}", operation.id);
            }
            told += pointers.len();
        }
        assert!(told > 100, "{told}");
    });
}

#[test]
fn a_sign_up_with_six_mistakes_takes_one_answer() {
    in_the_world(|World { sandbox, .. }| async move {
        let body = json!({
            "name": "A", "slug": "Toko Sinar", "country": "Indonesia", "timezone": "WIB", "interval": "weekly",
            "owner": { "email": "siti", "password": "correct horse battery", "role": "ADMIN" }
        });
        let answer = sandbox.send("POST", "/api/v1/tenants", Call::default().key("six").body(body)).await;
        let errors = answer.json["errors"].as_array().unwrap();
        let told: Vec<(&str, &str)> =
            errors.iter().map(|one| (one["pointer"].as_str().unwrap(), one["code"].as_str().unwrap())).collect();
        assert_eq!(
            told,
            [
                ("/country", "INVALID_VALUE"),
                ("/interval", "INVALID_VALUE"),
                ("/name", "INVALID_VALUE"),
                ("/owner/email", "INVALID_VALUE"),
                ("/owner/role", "UNKNOWN_FIELD"),
                ("/slug", "INVALID_VALUE"),
                ("/timezone", "INVALID_VALUE"),
            ]
        );
    });
}

/// Each function has its own access to the table, so that this is asked of the whole system.
#[test]
fn a_plan_that_is_not_there_is_answered_with_those_that_are() {
    in_the_world(|World { sandbox, ours, .. }| async move {
        let owner = json!({ "email": "siti@toko-plan.example", "password": "correct horse battery" });
        let body = json!({ "name": "Toko Plan", "slug": "toko-plan", "planKey": "PREMIUM", "owner": owner });
        let sign_up = sandbox.send("POST", "/api/v1/tenants", Call::default().key("plan").body(body)).await;
        let body = json!({ "planKey": "premium", "currency": "IDR" });
        let subscribe =
            sandbox.send("POST", "/api/v1/subscriptions", Call::of(&ours.customer_token).key("plan").body(body)).await;
        for (answer, told) in [(sign_up, "STARTER"), (subscribe, "PREMIUM")] {
            let error = &answer.json["errors"][0];
            assert_eq!((answer.status, error["code"].as_str()), (422, Some("UNKNOWN_PLAN")), "{:?}", answer.json);
            assert!(error["detail"].as_str().unwrap().contains(told), "{error}");
        }
    });
}

#[test]
fn what_is_not_there_is_told_by_its_path_by_its_id_or_by_its_place_in_the_body() {
    in_the_world(|World { sandbox, ours, .. }| async move {
        let detail = async |path: &str| sandbox.get(path, &ours.owner_token).await.text("/detail");
        let (path, id) = (detail("/api/v1/invoice").await, detail(&format!("/api/v1/invoices/{}", random("id"))).await);
        assert!(path.contains("path") && id.contains("id") && path != id, "{path} {id}");
        let body = json!({ "invoiceId": "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "method": "bni_va" });
        let answer =
            sandbox.send("POST", "/api/v1/payments", Call::of(&ours.customer_token).key("none").body(body)).await;
        assert_eq!((answer.status, answer.text("/errors/0/pointer").as_str()), (404, "/invoiceId"));
    });
}
