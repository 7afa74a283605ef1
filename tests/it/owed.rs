//! What a company owes the platform: its owner lists, downloads and pays it.

use serde_json::json;

use crate::sandbox::{Call, World, in_the_world};

#[test]
fn an_owner_lists_downloads_and_pays_what_the_company_owes() {
    in_the_world(|World { sandbox, ours, theirs }| async move {
        let list = sandbox.get("/api/v1/tenants/current/invoices", &ours.owner_token).await;
        assert_eq!(list.status, 200, "{:?}", list.json);
        let (invoice, due) = (list.text("/data/0/id"), list.json["data"][0]["amountDue"].clone());
        assert_eq!(list.text("/data/0/customerId"), ours.id);
        assert_eq!(list.text("/data/0/status"), "open");
        assert!(due["amount"].as_i64().is_some_and(|amount| amount > 0), "{due}");

        let one = format!("/api/v1/tenants/current/invoices/{invoice}");
        assert_eq!(sandbox.get(&one, &ours.owner_token).await.text("/data/id"), invoice);
        let pdf = sandbox.get(&format!("{one}/pdf"), &ours.owner_token).await;
        assert_eq!((pdf.status, pdf.body.get(..5)), (200, Some(&b"%PDF-"[..])));

        // Another company's owner, and a customer of this one, see none of it; and it is not among its own invoices.
        assert_eq!(sandbox.get(&one, &theirs.owner_token).await.status, 404);
        assert_eq!(sandbox.get(&format!("{one}/pdf"), &theirs.owner_token).await.status, 404);
        assert_eq!(sandbox.get(&format!("{one}/receipt"), &ours.owner_token).await.code(), "INVOICE_NOT_PAID");
        assert_eq!(sandbox.get(&one, &ours.customer_token).await.status, 403);
        assert_eq!(sandbox.get(&format!("/api/v1/invoices/{invoice}"), &ours.owner_token).await.status, 404);

        let body = json!({ "invoiceId": invoice, "method": "bca_va" });
        let pay = |token: &str| Call::of(token).key("owed").body(body.clone());
        let path = "/api/v1/tenants/current/payments";
        assert_eq!(sandbox.send("POST", path, pay(&ours.customer_token)).await.status, 403);
        assert_eq!(sandbox.send("POST", path, pay(&theirs.owner_token)).await.status, 404);
        let begun = sandbox.send("POST", path, pay(&ours.owner_token)).await;
        assert_eq!(begun.status, 201, "{:?}", begun.json);
        assert_eq!(begun.json["data"]["amount"], due);
        assert_eq!(begun.text("/data/nextAction/type"), "virtual_account");
        let payment = begun.text("/data/id");

        // Whoever lost the answer finds the account to pay to again; others find nothing.
        let own = format!("{path}/{payment}");
        let read = sandbox.get(&own, &ours.owner_token).await;
        assert_eq!(read.json["data"]["nextAction"], begun.json["data"]["nextAction"]);
        let listed = sandbox.get(path, &ours.owner_token).await;
        assert_eq!(listed.text("/data/0/id"), payment, "the newest first");
        let payers = listed.json["data"].as_array().unwrap().iter().map(|one| one["customerId"].clone());
        assert!(payers.into_iter().all(|payer| payer == json!(ours.id)), "{:?}", listed.json);
        let sync_path = format!("{own}/sync");
        let sync = |token: &str| sandbox.send("POST", &sync_path, Call::of(token));
        let asked = sync(&ours.owner_token).await;
        assert_eq!((asked.status, asked.text("/data/status").as_str()), (200, "pending"));
        for (token, status) in [(&theirs.owner_token, 404), (&ours.customer_token, 403)] {
            assert_eq!(sandbox.get(&own, token).await.status, status);
            assert_eq!(sync(token).await.status, status);
        }
        assert_eq!(sandbox.get(path, &theirs.owner_token).await.json["data"], json!([]));
        assert_eq!(sandbox.get(&format!("/api/v1/payments/{payment}"), &ours.owner_token).await.status, 404);

        let paid = sandbox.control(&format!("/providers/midtrans/{payment}/settle"), json!({})).await;
        assert_eq!(paid.status, 200, "{:?}", paid.json);
        assert_eq!(sandbox.control("/drain", json!({})).await.status, 200);
        let settled = sandbox.get(&one, &ours.owner_token).await;
        assert_eq!(
            (settled.text("/data/status").as_str(), &settled.json["data"]["amountDue"]["amount"]),
            ("paid", &json!(0))
        );
        let receipt = sandbox.get(&format!("{one}/receipt"), &ours.owner_token).await;
        assert_eq!((receipt.status, receipt.body.get(..5)), (200, Some(&b"%PDF-"[..])));
        let editions = [format!("{one}/pdf"), format!("{one}/pdf?edition=issued")];
        let paid = sandbox.get(&editions[0], &ours.owner_token).await;
        let issued = sandbox.get(&editions[1], &ours.owner_token).await;
        assert_eq!(
            (paid.status, issued.status, paid.body != pdf.body, issued.body == pdf.body),
            (200, 200, true, true)
        );
        assert_eq!(sandbox.get(&format!("{one}/receipt"), &theirs.owner_token).await.status, 404);
        let number = settled.text("/data/number");
        let mailed = sandbox.get("/_local/messages?channel=email", "").await;
        let thanks = mailed.json["messages"]
            .as_array()
            .unwrap()
            .iter()
            .rfind(|mail| mail["attachments"] == json!([format!("{number}.pdf"), format!("KW-{number}.pdf")]));
        assert!(
            thanks.is_some_and(|mail| mail["from"].as_str().unwrap().starts_with("\"Ruko\" <")),
            "{:?}",
            mailed.json
        );
        // Staff records transfers to the tenant's own account; nobody records one to the platform's.
        let body = json!({ "invoiceId": invoice, "method": "bank_transfer" });
        let refused = sandbox.send("POST", path, Call::of(&ours.owner_token).key("by-hand").body(body)).await;
        assert_eq!((refused.status, refused.code().as_str()), (403, "FORBIDDEN"));
    });
}
