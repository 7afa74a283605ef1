//! Telling of a transfer: who may, what is taken as a file, and that the money counts once however it is accepted.

use billing::InvoiceStatus;
use http::Method as Verb;
use identity::Role;
use serde_json::{Value, json};
use testkit::{Answer, Client, Fault};

use crate::world::World;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and a picture";
const PDF: &[u8] = b"%PDF-1.7 and a page";
const DUE: i64 = 498_390;

fn idr(minor: i64) -> Value {
    json!({"amount": minor, "currency": "IDR"})
}

async fn tell(world: &World, token: &str, key: &str, body: Value) -> Answer {
    let call = world.client.call(Verb::POST, "/api/v1/transfer-proofs").bearer(token);
    call.idempotency_key(key).json(body).send().await
}

/// The customer told of a transfer for the invoice.
async fn told(world: &World, minor: i64) -> String {
    let body = json!({"invoiceId": world.invoice, "amount": idr(minor), "reference": "TRF BUDI"});
    let answer = tell(world, &world.customer.token, &format!("told-{minor}"), body).await;
    assert_eq!(answer.status, 201, "{}", answer.snapshot());
    answer.text("/data/id")
}

async fn send_file(world: &World, token: &str, id: &str, kind: &str, bytes: &[u8]) -> Answer {
    let call = world.client.call(Verb::PUT, format!("/api/v1/transfer-proofs/{id}/file")).bearer(token);
    call.header("content-type", kind).raw(bytes).send().await
}

async fn get(world: &World, token: &str, path: &str) -> Answer {
    world.client.get(format!("/api/v1/transfer-proofs{path}")).bearer(token).send().await
}

async fn decide_at(client: &Client, token: &str, id: &str, verb: &str, body: Value) -> Answer {
    client.call(Verb::POST, format!("/api/v1/transfer-proofs/{id}/{verb}")).bearer(token).json(body).send().await
}

async fn decide(world: &World, token: &str, id: &str, verb: &str, body: Value) -> Answer {
    decide_at(&world.client, token, id, verb, body).await
}

fn said(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.text("/code"))
}

#[tokio::test]
async fn a_transfer_is_told_shown_and_accepted() {
    let world = World::open().await;
    let body = json!({"invoiceId": world.invoice, "amount": idr(DUE), "transferredAt": "2026-11-20T05:00:00.000Z",
        "reference": "TRF BUDI", "note": "From my wife's account"});
    let first = tell(&world, &world.customer.token, "k1", body.clone()).await;
    insta::assert_snapshot!(first.snapshot(), @r#"
    201 Created
    etag: "1"
    {
      "data": {
        "amount": {
          "amount": 498390,
          "currency": "IDR"
        },
        "createdAt": "2026-11-21T01:00:00.000Z",
        "customerId": "cus_01M7XSW1M0000000000000000C",
        "decidedAt": null,
        "file": null,
        "id": "tpf_01M7XSW1M0000000000000000E",
        "invoiceId": "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X",
        "note": "From my wife's account",
        "paymentId": null,
        "reason": null,
        "reference": "TRF BUDI",
        "status": "open",
        "transferredAt": "2026-11-20T05:00:00.000Z",
        "updatedAt": "2026-11-21T01:00:00.000Z"
      },
      "success": true
    }
    "#);
    let again = tell(&world, &world.customer.token, "k1", body).await;
    assert_eq!((&again.body, world.events("transfer_proof.submitted").await), (&first.body, 1));
    let id = first.text("/data/id");
    let sent = send_file(&world, &world.customer.token, &id, "image/png", PNG).await;
    assert_eq!((sent.status.as_u16(), sent.text("/data/file/contentType").as_str()), (200, "image/png"));
    assert_eq!(world.balances().await, Vec::<String>::new(), "nothing is booked");

    let accepted = decide(&world, &world.owner.token, &id, "accept", json!({})).await;
    assert_eq!((accepted.status.as_u16(), accepted.text("/data/status").as_str()), (200, "accepted"));
    let payment = accepted.text("/data/paymentId");
    assert_eq!(
        (world.status_of(&payment).await.as_str(), world.invoice_status().await),
        ("success", InvoiceStatus::Paid)
    );
    let shown = world.client.get(format!("/api/v1/payments/{payment}")).bearer(&world.owner.token).send().await;
    assert_eq!(shown.text("/data/settledAt"), "2026-11-20T05:00:00.000Z");
    for name in ["transfer_proof.accepted", "payment.succeeded", "invoice.paid"] {
        assert_eq!(world.events(name).await, 1, "{name}");
    }
    for (verb, body) in [("accept", json!({})), ("reject", json!({"reason": "no"}))] {
        let over = decide(&world, &world.owner.token, &id, verb, body).await;
        assert_eq!(said(&over), (409, "TRANSFER_PROOF_WRONG_STATE".to_owned()), "{verb}");
    }
    let late = send_file(&world, &world.customer.token, &id, "application/pdf", PDF).await;
    assert_eq!(said(&late), (409, "TRANSFER_PROOF_WRONG_STATE".to_owned()), "what staff looked at stays");
}

#[tokio::test]
async fn a_file_is_what_its_content_says_and_comes_back_as_a_download() {
    let world = World::open().await;
    let (id, token) = (told(&world, DUE).await, &world.customer.token);
    assert_eq!(said(&get(&world, token, &format!("/{id}/file")).await), (404, "TRANSFER_PROOF_NO_FILE".to_owned()));
    let page = b"<html><script>alert(1)</script></html>";
    for (kind, bytes) in [
        ("image/png", PDF),
        ("image/jpeg", PNG),
        ("application/pdf", &page[..]),
        ("text/html", page),
        ("image/svg+xml", page),
        ("application/json", b"{}"),
        ("application/x-www-form-urlencoded", PNG),
    ] {
        let refused = send_file(&world, token, &id, kind, bytes).await;
        assert_eq!(said(&refused), (415, "UNSUPPORTED_MEDIA_TYPE".to_owned()), "{kind}");
    }
    assert_eq!(said(&send_file(&world, token, &id, "image/png", b"").await), (400, "INVALID_BODY".to_owned()));
    let most = [PNG, &vec![0; 4 * 1024 * 1024 - PNG.len()]].concat();
    let large = [&most[..], b"!"].concat();
    assert_eq!(said(&send_file(&world, token, &id, "image/png", &large).await), (413, "BODY_TOO_LARGE".to_owned()));
    assert_eq!(send_file(&world, token, &id, "image/png", &most).await.status, 200);
    for _ in 0..2 {
        assert_eq!(send_file(&world, token, &id, "application/pdf", PDF).await.status, 200, "twice is once");
    }
    for reader in [token, &world.owner.token] {
        let file = get(&world, reader, &format!("/{id}/file")).await;
        assert_eq!((file.status.as_u16(), &file.body[..]), (200, PDF));
        assert_eq!(file.header("content-type"), "application/pdf");
        assert_eq!(file.header("content-disposition"), format!("attachment; filename=\"{id}.pdf\""));
        assert_eq!(file.header("x-content-type-options"), "nosniff");
    }
    for more in 0..3 {
        let png = [PNG, &[more]].concat();
        assert_eq!(send_file(&world, token, &id, "image/png", &png).await.status, 200, "{more}");
    }
    let one_more = send_file(&world, token, &id, "image/png", PNG).await;
    assert_eq!(said(&one_more), (409, "TRANSFER_PROOF_TOO_MANY_FILES".to_owned()));
}

#[tokio::test]
async fn a_file_of_another_operation_is_no_larger_than_before() {
    let world = World::open().await;
    let large = [PDF, &vec![0; 300 * 1024]].concat();
    let call = world.client.call(Verb::POST, "/api/v1/transfer-proofs").bearer(&world.customer.token);
    let answer = call.header("content-type", "application/pdf").raw(large).send().await;
    assert_eq!(said(&answer), (413, "BODY_TOO_LARGE".to_owned()));
}

#[tokio::test]
async fn somebody_elses_is_not_there_and_ones_own_is_not_to_be_decided() {
    let world = World::open().await;
    let id = told(&world, DUE).await;
    let other = world.stack.user(world.customer.scope, "siti@example.com", Role::User).await;
    world.stack.customer_of(&other).await;
    let (_, stranger) = world.stack.tenant("toko-b").await;
    for token in [&other.token, &stranger.token] {
        assert_eq!(get(&world, token, &format!("/{id}")).await.status, 404);
        assert_eq!(get(&world, token, &format!("/{id}/file")).await.status, 404);
        assert_eq!(send_file(&world, token, &id, "image/png", PNG).await.status, 404);
        for verb in ["accept", "reject"] {
            assert_eq!(decide(&world, token, &id, verb, json!({"reason": "no"})).await.status.as_u16() / 100, 4);
        }
        let body = json!({"invoiceId": world.invoice, "amount": idr(1)});
        assert_eq!(tell(&world, token, "theirs", body).await.status, 404);
        assert_eq!(get(&world, token, "").await.at("/data").as_array().unwrap().len(), 0);
    }
    for (verb, body) in [("accept", json!({})), ("reject", json!({"reason": "no"}))] {
        assert_eq!(decide(&world, &world.customer.token, &id, verb, body).await.status, 403, "{verb}");
    }
    for token in [&world.customer.token, &world.owner.token] {
        assert_eq!(get(&world, token, "?status=open").await.at("/data/0/id"), json!(id));
        assert_eq!(get(&world, token, "?status=accepted").await.at("/data"), json!([]));
    }
}

#[tokio::test]
async fn what_cannot_be_is_not_taken() {
    let world = World::open().await;
    let token = &world.customer.token;
    for (at, (body, expected)) in [
        (json!({"invoiceId": world.invoice, "amount": idr(0)}), (422, "TRANSFER_PROOF_AMOUNT")),
        (json!({"invoiceId": world.invoice, "amount": {"amount": 1, "currency": "USD"}}), (422, "VALIDATION_FAILED")),
        (
            json!({"invoiceId": world.invoice, "amount": idr(1), "transferredAt": "2026-11-22T00:00:00.000Z"}),
            (422, "VALIDATION_FAILED"),
        ),
        (
            json!({"invoiceId": world.invoice, "amount": idr(1), "note": "see https://evil.example"}),
            (422, "VALIDATION_FAILED"),
        ),
        (json!({"invoiceId": "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2Z", "amount": idr(1)}), (404, "NOT_FOUND")),
    ]
    .into_iter()
    .enumerate()
    {
        let answer = tell(&world, token, &format!("k{at}"), body).await;
        assert_eq!(answer.status.as_u16(), expected.0, "{at} {}", answer.snapshot());
    }
    assert_eq!(world.events("transfer_proof.submitted").await, 0);
}

#[tokio::test]
async fn more_than_is_due_and_what_is_for_the_balance_is_on_the_balance() {
    let world = World::open().await;
    let more = told(&world, DUE).await;
    let body = json!({"amount": idr(DUE + 1_000)});
    assert_eq!(decide(&world, &world.owner.token, &more, "accept", body).await.status, 200);
    let deposit = tell(&world, &world.customer.token, "d1", json!({"amount": idr(5_000)})).await.text("/data/id");
    let accepted = decide(&world, &world.owner.token, &deposit, "accept", json!({})).await;
    assert_eq!(accepted.status, 200, "{}", accepted.snapshot());
    let booked = world.balances().await;
    assert!(booked.contains(&format!("clearing:manual={}", DUE + 6_000)), "{booked:?}");
    assert!(booked.contains(&format!("customer_balance:{}=-6000", world.party)), "{booked:?}");
}

#[tokio::test]
async fn of_an_invoice_that_was_paid_meanwhile_the_money_goes_to_the_balance_where_staff_says_so() {
    let world = World::open().await;
    let (first, second) = (told(&world, DUE).await, told(&world, DUE - 1).await);
    assert_eq!(decide(&world, &world.owner.token, &first, "accept", json!({})).await.status, 200);
    let refused = decide(&world, &world.owner.token, &second, "accept", json!({})).await;
    assert_eq!(said(&refused), (409, "INVOICE_ALREADY_PAID".to_owned()));
    let kept = decide(&world, &world.owner.token, &second, "accept", json!({"uses": "balance"})).await;
    assert_eq!(kept.status, 200, "{}", kept.snapshot());
    assert!(world.balances().await.contains(&format!("customer_balance:{}=-{}", world.party, DUE - 1)));
}

#[tokio::test]
async fn a_rejected_one_moves_nothing_and_says_why() {
    let world = World::open().await;
    let id = told(&world, DUE).await;
    let rejected = decide(&world, &world.owner.token, &id, "reject", json!({"reason": "No such transfer"})).await;
    assert_eq!(rejected.status, 200, "{}", rejected.snapshot());
    let seen = get(&world, &world.customer.token, &format!("/{id}")).await;
    assert_eq!((seen.text("/data/status"), seen.text("/data/reason")), ("rejected".into(), "No such transfer".into()));
    assert_eq!((world.balances().await.len(), world.events("transfer_proof.rejected").await), (0, 1));
}

#[tokio::test]
async fn accepted_twice_at_once_and_against_a_rejection_it_counts_once() {
    let world = World::open().await;
    let (id, staff) = (told(&world, DUE).await, &world.owner.token);
    let (one, two, three) = tokio::join!(
        decide(&world, staff, &id, "accept", json!({})),
        decide(&world, staff, &id, "accept", json!({})),
        decide(&world, staff, &id, "accept", json!({"uses": "balance"})),
    );
    let mut statuses = [one, two, three].map(|answer| answer.status.as_u16());
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409]);
    let booked = world.balances().await;
    assert!(booked.contains(&format!("clearing:manual={DUE}")), "{booked:?}");
    assert_eq!(world.events("payment.succeeded").await, 1);
}

/// Dies at every call of the store, and the same request comes again.
#[tokio::test]
async fn an_acceptance_that_died_half_way_counts_once() {
    let mut faults = vec![None];
    while let Some(fault) = faults.pop() {
        let world = World::open().await;
        let id = told(&world, DUE).await;
        let (ctx, table) = world.stack.breaking(fault);
        let client = Client::new(crate::function(ctx));
        let accept = async || {
            let call = client.call(Verb::POST, format!("/api/v1/transfer-proofs/{id}/accept"));
            call.bearer(&world.owner.token).idempotency_key("k1").json(json!({})).send().await
        };
        let first = accept().await;
        if fault.is_none() {
            assert_eq!(first.status, 200, "{}", first.snapshot());
            faults.extend((0..table.calls()).flat_map(|at| [Some(Fault::Before(at)), Some(Fault::After(at))]));
        }
        let again = accept().await;
        assert_eq!(again.status, 200, "{fault:?} {}", again.snapshot());
        assert_eq!(world.events("transfer_proof.accepted").await, 1, "{fault:?}");
        let booked = world.balances().await;
        assert!(booked.contains(&format!("clearing:manual={DUE}")), "{fault:?} {booked:?}");
    }
}

/// Dies at every call of the store: the same file again is there.
#[tokio::test]
async fn a_file_that_died_half_way_is_there_when_it_is_sent_again() {
    let mut faults = vec![None];
    while let Some(fault) = faults.pop() {
        let world = World::open().await;
        let id = told(&world, DUE).await;
        let (ctx, table) = world.stack.breaking(fault);
        let client = Client::new(crate::function(ctx));
        let send = async || {
            let call = client.call(Verb::PUT, format!("/api/v1/transfer-proofs/{id}/file"));
            call.bearer(&world.customer.token).header("content-type", "image/png").raw(PNG).send().await
        };
        send().await;
        if fault.is_none() {
            faults.extend((0..table.calls()).flat_map(|at| [Some(Fault::Before(at)), Some(Fault::After(at))]));
        }
        assert_eq!(send().await.status, 200, "{fault:?}");
        assert_eq!(&get(&world, &world.owner.token, &format!("/{id}/file")).await.body[..], PNG, "{fault:?}");
        let files = tenancy::limits::KeptFiles::new(world.stack.ctx().table(), world.owner.scope);
        assert_eq!(files.total().await.unwrap(), PNG.len() as u64, "{fault:?}: it is counted once");
    }
}
