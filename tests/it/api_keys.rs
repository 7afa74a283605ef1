//! A tenant's server with its API key, over the whole API; and what is left of it in the audit trail.

use serde_json::{Value, json};

use crate::{
    operations,
    sandbox::{Call, World, in_the_world},
};

#[test]
fn a_servers_key_is_no_person() {
    in_the_world(|World { sandbox, ours, .. }| async move {
        let about_people = ["/api/v1/auth/", "/api/v1/users/me"];
        let mut tried = 0;
        for operation in operations::all().iter().filter(|one| !one.public && one.id != "create_service_token") {
            if !about_people.iter().any(|prefix| operation.path.starts_with(prefix)) {
                continue;
            }
            let path = operation.path_with(|_| "x".to_owned());
            let call = Call::of(&ours.api_key_text).key("k").body(json!({}));
            let answer = sandbox.send(&operation.method, &path, call).await;
            assert_eq!((answer.status, answer.code().as_str()), (401, "INVALID_TOKEN"), "{} {path}", operation.method);
            tried += 1;
        }
        assert!(tried > 0);
    });
}

#[test]
fn a_server_reports_usage_with_its_key_or_a_token_for_it() {
    in_the_world(|World { sandbox, ours, theirs }| async move {
        let event = |id: &str| json!({ "events": [{ "eventId": id, "subscriptionId": ours.subscription, "feature": "predictions", "quantity": 1 }] });
        let report = async |token: &str, body: Value| {
            sandbox.send("POST", "/api/v1/usage", Call::of(token).body(body)).await.json
        };
        let token = sandbox.send("POST", "/api/v1/auth/token", Call::of(&ours.api_key_text).body(json!({}))).await;
        assert_eq!(token.status, 200, "{:?}", token.json);
        assert_eq!(report(&ours.api_key_text, event("of-a-key")).await["data"]["accepted"], 1);
        assert_eq!(report(&token.text("/data/accessToken"), event("of-a-token")).await["data"]["accepted"], 1);
        let foreign = report(&theirs.api_key_text, event("of-a-stranger")).await;
        assert_eq!(foreign["errors"][0]["code"], "UNKNOWN_SUBSCRIPTION");
        let customer = sandbox.send("POST", "/api/v1/usage", Call::of(&ours.customer_token).body(event("x"))).await;
        assert_eq!((customer.status, customer.code().as_str()), (403, "FORBIDDEN"));
    });
}

#[test]
fn what_was_done_is_in_a_chain_that_holds() {
    in_the_world(|World { sandbox, ours, .. }| async move {
        sandbox.cloud.control().drain().await.unwrap();
        let made = sandbox.get("/api/v1/audit?action=api_key.created", &ours.owner_token).await;
        let entry = &made.json["data"][0];
        assert_eq!(entry["target"], json!(ours.api_key), "{:?}", made.json);
        assert_eq!(entry["actor"], json!({ "type": "user", "id": ours.owner }));
        assert!(entry["link"]["number"].as_u64() > Some(0), "{entry}");
        let day: String = entry["at"].as_str().unwrap().chars().take(10).collect();
        let chain = sandbox.get(&format!("/api/v1/audit/chain?day={day}"), &ours.owner_token).await;
        assert_eq!(chain.json["data"]["intact"], true, "{:?}", chain.json);
        let waiting = chain.json["data"]["waiting"].as_u64().unwrap();
        let chained = chain.json["data"]["entries"].as_u64().unwrap() - waiting;
        assert!(chained >= chain.json["data"]["head"]["number"].as_u64().unwrap(), "{:?}", chain.json);
        let nobody = sandbox.get(&format!("/api/v1/audit/chain?day={day}"), &ours.customer_token).await;
        assert_eq!(nobody.code(), "FORBIDDEN");
    });
}
