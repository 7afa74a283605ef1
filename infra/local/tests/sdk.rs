//! The AWS SDK and a person's HTTP client against a running local cloud, as the functions use it.

#![expect(clippy::unwrap_used, reason = "helpers of tests, which clippy takes for ordinary code")]

use std::{sync::Arc, time::Duration};

use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, MessageAttributeValue, MessageSystemAttributeName, QueueAttributeName,
    SendMessageBatchRequestEntry,
};
use ruko_local::{Control, Data, Functions, LocalCloud, Options};
use serde_json::{Value, json};

async fn start(data: Data) -> (LocalCloud, Control, aws_config::SdkConfig) {
    let build: ruko_local::Build = Arc::new(|_| Box::pin(std::future::ready(Ok(Functions::new()))));
    let cloud = LocalCloud::start(Options { data, ..Options::default() }, build, None).await.unwrap();
    let control = cloud.control();
    let sdk = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new("ap-southeast-3"))
        .credentials_provider(Credentials::new("local", "local", None, None, "test"))
        .endpoint_url(control.endpoints().aws)
        .load()
        .await;
    (cloud, control, sdk)
}

#[tokio::test]
async fn sqs_through_the_sdk() {
    let (_cloud, control, sdk) = start(Data::Memory).await;
    let sqs = aws_sdk_sqs::Client::new(&sdk);
    let url = sqs.get_queue_url().queue_name("BillingWorkQueue").send().await.unwrap().queue_url.unwrap();
    assert_eq!(url, control.endpoints().queues["BillingWorkQueue"]);
    let entry =
        |id: &str| SendMessageBatchRequestEntry::builder().id(id).message_body(format!("body {id}")).build().unwrap();
    let sent = sqs.send_message_batch().queue_url(&url).entries(entry("a")).entries(entry("b")).send().await.unwrap();
    assert_eq!((sent.successful().len(), sent.failed().len()), (2, 0));
    let too_many = (0..11).map(|id| entry(&id.to_string())).collect();
    let refused = sqs.send_message_batch().queue_url(&url).set_entries(Some(too_many)).send().await.unwrap_err();
    assert!(refused.into_service_error().is_too_many_entries_in_batch_request());
    let received = sqs.receive_message().queue_url(&url).max_number_of_messages(10).send().await.unwrap();
    assert_eq!(received.messages().len(), 2);
    let attributes =
        sqs.get_queue_attributes().queue_url(&url).attribute_names(QueueAttributeName::All).send().await.unwrap();
    let attributes = attributes.attributes.unwrap();
    assert_eq!(attributes[&QueueAttributeName::ApproximateNumberOfMessagesNotVisible], "2");
    assert!(attributes[&QueueAttributeName::RedrivePolicy].contains("BillingWorkDlq"));
    let (first, second) = (&received.messages()[0], &received.messages()[1]);
    sqs.delete_message().queue_url(&url).receipt_handle(first.receipt_handle().unwrap()).send().await.unwrap();
    let show =
        ChangeMessageVisibilityBatchRequestEntry::builder().id("x").receipt_handle(second.receipt_handle().unwrap());
    let shown =
        sqs.change_message_visibility_batch().queue_url(&url).entries(show.visibility_timeout(0).build().unwrap());
    assert_eq!(shown.send().await.unwrap().successful().len(), 1);
    let missing =
        sqs.send_message().queue_url("http://127.0.0.1/0/Nowhere").message_body("x").send().await.unwrap_err();
    assert!(missing.into_service_error().is_queue_does_not_exist());
}

#[tokio::test]
async fn dead_letters_are_moved_back_through_the_sdk() {
    let (_cloud, _control, sdk) = start(Data::Memory).await;
    let sqs = aws_sdk_sqs::Client::new(&sdk);
    let url = async |name: &str| sqs.get_queue_url().queue_name(name).send().await.unwrap().queue_url.unwrap();
    let (work, dead) = (url("BillingWorkQueue").await, url("BillingWorkDlq").await);
    let arn = async |url: &str| {
        let found = sqs.get_queue_attributes().queue_url(url).attribute_names(QueueAttributeName::QueueArn).send();
        found.await.unwrap().attributes.unwrap()[&QueueAttributeName::QueueArn].clone()
    };
    let (work_arn, dead_arn) = (arn(&work).await, arn(&dead).await);
    sqs.send_message().queue_url(&work).message_body("poison").send().await.unwrap();
    // Given up after as many receives as the template says.
    for _ in 0..20 {
        sqs.receive_message().queue_url(&work).visibility_timeout(0).send().await.unwrap();
    }
    let taken = sqs.receive_message().queue_url(&dead).visibility_timeout(0);
    let taken = taken.message_system_attribute_names(MessageSystemAttributeName::All).send().await.unwrap();
    let source = &taken.messages()[0].attributes().unwrap()[&MessageSystemAttributeName::DeadLetterQueueSourceArn];
    assert_eq!(*source, work_arn);
    assert!(sqs.list_message_move_tasks().source_arn(&dead_arn).send().await.unwrap().results().is_empty());
    let begun = sqs.start_message_move_task().source_arn(&dead_arn).send().await.unwrap();
    assert!(begun.task_handle().is_some());
    let told = sqs.list_message_move_tasks().source_arn(&dead_arn).send().await.unwrap();
    let task = &told.results()[0];
    assert_eq!((task.status(), task.approximate_number_of_messages_moved()), (Some("COMPLETED"), 1));
    let back = sqs.receive_message().queue_url(&work).send().await.unwrap();
    assert_eq!(back.messages()[0].body(), Some("poison"));
    for (arn, code) in
        [(work_arn.as_str(), "InvalidParameterValue"), ("arn:aws:sqs:x:0:None", "ResourceNotFoundException")]
    {
        let refused = sqs.start_message_move_task().source_arn(arn).send().await.unwrap_err();
        let refused = refused.into_service_error();
        assert!(refused.meta().code().is_some_and(|told| told.ends_with(code)), "{arn} {refused:?}");
    }
}

#[tokio::test]
async fn attributes_come_when_they_are_asked_for() {
    let (_cloud, control, sdk) = start(Data::Memory).await;
    let sqs = aws_sdk_sqs::Client::new(&sdk);
    let url = control.endpoints().queues["NotificationsQueue"].clone();
    let value = MessageAttributeValue::builder().data_type("String").string_value("x").build().unwrap();
    sqs.send_message().queue_url(&url).message_body("m").message_attributes("trace.id", value).send().await.unwrap();
    let receive = || sqs.receive_message().queue_url(&url).visibility_timeout(0);
    let bare = receive().send().await.unwrap();
    assert!(bare.messages()[0].attributes().is_none() && bare.messages()[0].message_attributes().is_none());
    let count = MessageSystemAttributeName::ApproximateReceiveCount;
    let some = receive()
        .message_system_attribute_names(count.clone())
        .message_attribute_names("trace.*")
        .send()
        .await
        .unwrap();
    let (system, own) = (some.messages()[0].attributes().unwrap(), some.messages()[0].message_attributes().unwrap());
    assert_eq!((system.len(), system[&count].as_str(), own.len()), (1, "2", 1));
    let none = sqs.get_queue_attributes().queue_url(&url).send().await.unwrap();
    assert!(none.attributes().is_none());
}

#[tokio::test]
async fn a_long_poll_ends_when_a_message_arrives() {
    let (_cloud, control, sdk) = start(Data::Memory).await;
    let sqs = aws_sdk_sqs::Client::new(&sdk);
    let url = control.endpoints().queues["DocumentsQueue"].clone();
    let poll = sqs.receive_message().queue_url(&url).wait_time_seconds(20).send();
    let send = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        sqs.send_message().queue_url(&url).message_body("now").send().await
    };
    let (polled, sent) =
        tokio::time::timeout(Duration::from_secs(5), Box::pin(async { tokio::join!(poll, send) })).await.unwrap();
    sent.unwrap();
    assert_eq!(polled.unwrap().messages()[0].body(), Some("now"));
}

#[tokio::test]
async fn the_table_and_the_secrets_are_those_of_the_template() {
    let (_cloud, control, sdk) = start(Data::Memory).await;
    let dynamodb = aws_sdk_dynamodb::Client::new(&sdk);
    let table = dynamodb.describe_table().table_name(control.endpoints().table).send().await.unwrap().table.unwrap();
    let indexes: Vec<_> = table.global_secondary_indexes().iter().filter_map(|index| index.index_name()).collect();
    assert_eq!(indexes, ["GSI1", "GSI2", "GSI3"]);
    assert!(table.latest_stream_arn().is_some());
    let secrets = aws_sdk_secretsmanager::Client::new(&sdk);
    let name = &control.endpoints().secrets["PlatformSecret"];
    let seed = secrets.get_secret_value().secret_id(name).send().await.unwrap().secret_string.unwrap();
    assert_eq!(seed.len(), 64);
    secrets.create_secret().name("ruko/local/tenants/t/midtrans").secret_string("{}").send().await.unwrap();
    let missing = secrets.get_secret_value().secret_id("none").send().await.unwrap_err();
    assert!(missing.into_service_error().is_resource_not_found_exception());
}

#[tokio::test]
async fn a_directory_outlives_the_cloud() {
    let directory = std::env::temp_dir().join(format!("ruko-test-{}", std::process::id()));
    let data = Data::Directory(directory.clone());
    let (cloud, control, sdk) = start(data.clone()).await;
    let key = || aws_sdk_dynamodb::types::AttributeValue::S("T#1#".to_owned());
    let put =
        aws_sdk_dynamodb::Client::new(&sdk).put_item().table_name("ruko-local").item("PK", key()).item("SK", key());
    put.send().await.unwrap();
    let secret = |sdk: &aws_config::SdkConfig| {
        aws_sdk_secretsmanager::Client::new(sdk).get_secret_value().secret_id("PlatformSecret").send()
    };
    let before = secret(&sdk).await.unwrap().secret_string;
    let later = control.clock().now() + jiff::SignedDuration::from_hours(24 * 10);
    control.advance_to(later).await.unwrap();
    cloud.stop().await;
    let (_cloud, control, sdk) = start(data).await;
    assert!(control.clock().now() >= later - jiff::SignedDuration::from_secs(2));
    let get = aws_sdk_dynamodb::Client::new(&sdk).get_item().table_name("ruko-local").key("PK", key()).key("SK", key());
    assert!(get.send().await.unwrap().item.is_some());
    assert_eq!(secret(&sdk).await.unwrap().secret_string, before);
    std::fs::remove_dir_all(directory).unwrap();
}

async fn control_call(control: &Control, method: &str, path: &str, body: &str) -> (u16, Value) {
    let request = reqwest::Client::new().request(method.parse().unwrap(), format!("{}{path}", control.base_url()));
    let request = if body.is_empty() {
        request
    } else {
        request.header("content-type", "application/json").body(body.to_owned())
    };
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap())
}

#[tokio::test]
async fn the_control_api() {
    let (_cloud, control, _) = start(Data::Memory).await;
    let before = control.clock().now();
    let (status, moved) = control_call(&control, "POST", "/_local/clock", r#"{"advance":"31d"}"#).await;
    assert_eq!(status, 200, "{moved}");
    let now: jiff::Timestamp = moved["now"].as_str().unwrap().parse().unwrap();
    assert_eq!(now.duration_since(before).as_hours(), 24 * 31);
    for (body, expected) in [
        (r#"{"set":"2020-01-01T00:00:00Z"}"#, 422),
        (r#"{"advance":"-1d"}"#, 422),
        (r#"{"advance":"soon"}"#, 422),
        (r#"{"advance":"1d","set":"2030-01-01T00:00:00Z"}"#, 422),
        (r#"{"jump":"1d"}"#, 400),
        ("{", 400),
    ] {
        let (status, problem) = control_call(&control, "POST", "/_local/clock", body).await;
        assert_eq!(status, expected, "{problem}");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.len() > 5) && problem["code"].is_string());
    }
    let (_, queues) = control_call(&control, "GET", "/_local/queues", "").await;
    let billing =
        queues["queues"].as_array().unwrap().iter().find(|queue| queue["name"] == "BillingCyclesQueue").unwrap();
    // Nothing is linked in, so the hourly messages wait.
    assert_eq!((&billing["visible"], &billing["dlq"]), (&json!(24 * 31), &json!(0)));
    let charge = json!({"payment_type": "bank_transfer", "bank_transfer": {"bank": "bca"}, "transaction_details": {"order_id": "O-1", "gross_amount": 100}});
    let midtrans = reqwest::Client::new().post(format!("{}/v2/charge", control.endpoints().midtrans));
    assert_eq!(midtrans.basic_auth("SB-Mid-server-x", Some("")).json(&charge).send().await.unwrap().status(), 200);
    assert_eq!(
        control_call(&control, "POST", "/_local/providers/midtrans/O-1/settle", "").await,
        (200, json!({"orderId": "O-1", "status": "settlement"}))
    );
    assert_eq!(control_call(&control, "POST", "/_local/providers/midtrans/O-1/deny", "").await.0, 409);
    assert_eq!(control_call(&control, "POST", "/_local/providers/midtrans/O-2/settle", "").await.0, 404);
    assert_eq!(
        control_call(&control, "POST", "/_local/providers/telegram/nobody/messages", r#"{"chatId":1,"text":"x"}"#)
            .await
            .0,
        404
    );
    assert_eq!(control_call(&control, "GET", "/_local/objects/../clock.json", "").await.0, 404);
    assert_eq!(control_call(&control, "GET", "/_local/objects/..%2f..%2fetc%2fpasswd", "").await.0, 404);
    assert_eq!(control_call(&control, "GET", "/_local/nothing", "").await.0, 404);
    assert_eq!(control_call(&control, "POST", "/_local/drain", "").await.0, 200);
    assert_eq!(control_call(&control, "POST", "/_local/reset", "").await.0, 200);
    let (_, messages) = control_call(&control, "GET", "/_local/messages?channel=email&to=a@b.c", "").await;
    assert_eq!(messages, json!({"messages": []}));
    assert!(control.clock().now() < now);
    let page = reqwest::get(format!("{}/_local", control.base_url())).await.unwrap();
    assert!(page.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    assert!(page.text().await.unwrap().contains("Move the clock"));
    let foreign = reqwest::Client::new()
        .post(format!("{}/_local/page/reset", control.base_url()))
        .header("sec-fetch-site", "cross-site");
    assert_eq!(foreign.send().await.unwrap().status(), 403);
    let endpoints = control.endpoints();
    for own in [&endpoints.aws, &endpoints.midtrans, &endpoints.stripe, &endpoints.telegram, &endpoints.twilio] {
        for (name, value) in [("host", "rebound.example"), ("origin", "https://site.example")] {
            let foreign = reqwest::Client::new().post(format!("{own}/")).header(name, value);
            assert_eq!(foreign.send().await.unwrap().status(), 403, "{own} {name}");
        }
        assert_ne!(reqwest::Client::new().post(format!("{own}/")).send().await.unwrap().status(), 403, "{own}");
    }
}

#[tokio::test]
async fn the_environment_for_functions_that_run_elsewhere() {
    let (_cloud, control, _) = start(Data::Memory).await;
    let environment = control.environment(None);
    assert_eq!(environment["AWS_ENDPOINT_URL"], control.endpoints().aws);
    assert_eq!(environment["RUKO_TABLE"], "ruko-local");
    assert_eq!(environment["RUKO_PLATFORM_SECRET"], "PlatformSecret");
    assert_eq!(environment["RUKO_STAGE"], "local");
    assert!(environment["RUKO_BILLING_WORK_QUEUE_URL"].ends_with("/BillingWorkQueue"));
    assert!(environment["RUKO_CLOCK_URL"].ends_with("/_local/clock"));
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port();
    let build: ruko_local::Build = Arc::new(|_| Box::pin(std::future::ready(Ok(Functions::new()))));
    let error = LocalCloud::start(Options { port, ..Options::default() }, build, None).await.err().unwrap();
    assert!(error.to_string().contains(&format!("port {port}")) && error.to_string().contains("--port"), "{error}");
}
