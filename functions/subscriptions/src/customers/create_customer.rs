//! `POST /api/v1/customers`: make a customer that can be billed, with or without a login.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the
//! idempotency key, one transaction of customer, external id, audit entry, event and idempotency row.

use axum::extract::State;
use customers::{Contact, Customer, CustomerError, Customers, ExternalId, NewCustomer, PlainLine, TaxExemption};
use events::customer::CustomerCreated;
use kernel::{CustomerId, Email, IdentityDocument, Locale, Phone, PriceKey, TaxId, Zone};
use serde::Deserialize;
use table::Transaction;
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, IdempotencyKey, Json, Problem, Reply, RequestInfo};

use crate::{
    CustomersWrite,
    customers::customer_view::{AddressBody, CustomerView},
};

/// A new customer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreateCustomer {
    /// The person's name, or that by which the company is known: 1 to 200 characters.
    pub name: PlainLine,
    /// The legal name of the company, printed in the place of the name.
    pub company: Option<PlainLine>,
    /// Where invoices are sent; none are mailed without it.
    pub email: Option<Email>,
    /// The phone number in its international form.
    pub phone: Option<Phone>,
    /// Where the customer is.
    pub address: Option<AddressBody>,
    /// The tax id, such as an NPWP of 15 or 16 digits; separators do not count.
    pub tax_id: Option<TaxId>,
    /// The document by which a person without a tax id is told from others, such as a NIK; for tax invoices.
    pub identity: Option<IdentityDocument>,
    /// What you call it, unique in the tenant: 1 to 100 of letters, digits and `_ . : @ -`, and no e-mail
    /// address.
    pub external_id: Option<ExternalId>,
    /// The language of invoices and messages, `id` or `en`; that of the tenant's country when left out.
    pub locale: Option<Locale>,
    /// The IANA zone of its subscriptions; the tenant's when left out.
    pub timezone: Option<Zone>,
    /// Why no tax is charged, as printed on invoices; left out, tax is charged.
    #[schema(example = json!(null))]
    pub tax_exemption: Option<PlainLine>,
    /// The group of customers whose list prices it buys at; those that everybody buys at when left out.
    pub price_group: Option<PriceKey>,
}

/// Create a customer
///
/// A customer is billed without a login. Users come to act for it by an invitation, or by subscribing.
#[utoipa::path(
    post, path = "/api/v1/customers",
    responses((status = 201, body = Envelope<CustomerView>), (status = 409, description = "EXTERNAL_ID_TAKEN"))
)]
pub async fn create_customer(
    State(api): State<Api>,
    caller: Caller<CustomersWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
    Json(body): Json<CreateCustomer>,
) -> Result<Reply, Problem> {
    caller.must_reach_all()?;
    let price_group = body.price_group.clone();
    let customer = Customer::new(body.of(CustomerId::new(api.new_ulid())), api.now());
    let customer = Customer { price_group, ..customer };

    let mut transaction = Transaction::new();
    let inserted = Customers::new(api.table(), caller.scope).insert(&mut transaction, &customer)?;
    let entry = caller.entry(&api, &info, crate::CUSTOMER_CREATED).about(customer.id);
    entry.insert(&mut transaction, caller.scope)?;
    let told = CustomerCreated { customer_id: customer.id };
    api.insert_event(&mut transaction, caller.tenant(), &info, customer.version, &told)?;
    let reply = Reply::created(&CustomerView::from(&customer))?.version(customer.version);
    key.commit(&api, transaction, reply, |cancelled| {
        let is_taken = inserted.external_id.is_some_and(|slot| cancelled.failed(slot).is_some());
        if is_taken { CustomerError::ExternalIdTaken.into() } else { Problem::conflict() }
    })
    .await
}

impl CreateCustomer {
    fn of(self, id: CustomerId) -> NewCustomer {
        let contact = Contact {
            name: self.name,
            company: self.company,
            email: self.email,
            phone: self.phone,
            address: self.address.map(Into::into),
            tax_id: self.tax_id,
            identity: self.identity,
        };
        NewCustomer {
            id,
            contact,
            external_id: self.external_id,
            locale: self.locale,
            zone: self.timezone,
            tax_exemption: self.tax_exemption.map(|reason| TaxExemption { reason }),
            user: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::world::World;

    #[tokio::test]
    async fn a_customer_needs_no_login() {
        let world = World::open().await;
        let answer = world.customer(&world.owner, "k1", World::maju_jaya()).await;
        insta::assert_snapshot!(answer.snapshot(), @r#"
        201 Created
        etag: "1"
        {
          "data": {
            "address": {
              "city": "Bandung",
              "country": "ID",
              "line1": "Jl. Melati 5",
              "line2": null,
              "postalCode": "40115",
              "region": null
            },
            "balancePays": "new_invoices",
            "company": "PT Maju Jaya",
            "createdAt": "2026-11-21T01:00:00.000Z",
            "email": "budi@maju.example",
            "erasedAt": null,
            "externalId": "crm:42",
            "id": "cus_01M7XSW1M0000000000000000D",
            "identity": null,
            "locale": "id",
            "name": "Budi Santoso",
            "phone": "+6281234567890",
            "priceGroup": null,
            "taxExemption": "Kawasan Berikat",
            "taxId": "0123456789012345",
            "timezone": "Asia/Jakarta",
            "updatedAt": "2026-11-21T01:00:00.000Z",
            "userIds": []
          },
          "success": true
        }
        "#);
        let again = world.customer(&world.owner, "k1", World::maju_jaya()).await;
        assert_eq!((again.status.as_u16(), &again.body), (201, &answer.body));
    }

    #[tokio::test]
    async fn a_person_is_told_by_an_identity_document() {
        let world = World::open().await;
        let person = |number: &str| json!({ "name": "Siti", "identity": { "kind": "national_id", "number": number } });
        let bad = world.customer(&world.owner, "k1", person("3174")).await;
        assert_eq!(
            (bad.status.as_u16(), bad.text("/errors/0/pointer").as_str()),
            (422, "/identity"),
            "{}",
            bad.snapshot()
        );
        let made = world.customer(&world.owner, "k2", person("3174 0123 4567 8901")).await;
        let identity = json!({ "kind": "national_id", "number": "3174012345678901" });
        assert_eq!((made.status.as_u16(), made.at("/data/identity")), (201, identity.clone()));
        let path = format!("/api/v1/customers/{}", made.text("/data/id"));
        let patch = async |body| {
            let call = world.client.call(http::Method::PATCH, &path).json(body);
            call.bearer(&world.owner.token).send().await.at("/data/identity")
        };
        assert_eq!(patch(json!({ "name": "Siti N." })).await, identity, "left out it stays");
        let passport = json!({ "kind": "passport", "number": "C1234567" });
        assert_eq!(patch(json!({ "identity": passport })).await, passport);
        assert_eq!(patch(json!({ "identity": null })).await, serde_json::Value::Null);
    }

    #[tokio::test]
    async fn an_external_id_is_had_once() {
        let world = World::open().await;
        assert_eq!(world.customer(&world.owner, "k1", World::maju_jaya()).await.status, 201);
        let second = json!({ "name": "Siti", "externalId": "crm:42" });
        let taken = world.customer(&world.owner, "k2", second.clone()).await;
        assert_eq!((taken.status.as_u16(), taken.text("/code").as_str()), (409, "EXTERNAL_ID_TAKEN"));
        // Another tenant's ids are its own.
        let (_, stranger) = world.stack.tenant("toko-b").await;
        assert_eq!(world.customer(&stranger, "k3", second).await.status, 201);
    }

    #[tokio::test]
    async fn customers_are_made_by_staff_and_servers_alone() {
        let world = World::open().await;
        let refused = world.customer(&world.customer, "k1", json!({ "name": "Budi" })).await;
        assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (403, "FORBIDDEN"));
        let detail = refused.text("/detail");
        assert!(detail.contains("customers:write") && !detail.contains("administrator"), "{detail}");
        let poor = world.stack.api_key(&world.owner, &["customers:read"]).await;
        let body = json!({ "name": "Budi" });
        let refused = world.client.post("/api/v1/customers", body).bearer(&poor).idempotency_key("k0").send().await;
        let detail = refused.text("/detail");
        assert!(detail.contains("customers:write") && detail.contains("API key"), "{detail}");
        let key = world.stack.api_key(&world.owner, &["customers:write"]).await;
        let body = json!({ "name": "Budi" });
        let made = world.client.post("/api/v1/customers", body).bearer(&key).idempotency_key("k2").send().await;
        assert_eq!(made.status, 201, "{}", made.snapshot());
    }

    #[tokio::test]
    async fn what_cannot_be_a_customer_says_why() {
        let world = World::open().await;
        for (at, (body, pointer)) in [
            (json!({ "name": "" }), "/name"),
            (json!({ "name": "a", "email": "x" }), "/email"),
            (json!({ "name": "a", "phone": "0812" }), "/phone"),
            (json!({ "name": "a", "taxId": "1" }), "/taxId"),
            (json!({ "name": "a", "externalId": "a b" }), "/externalId"),
            (json!({ "name": "a", "externalId": "budi@toko.example" }), "/externalId"),
            (json!({ "name": "a", "locale": "fr" }), "/locale"),
            (json!({ "name": "a", "timezone": "Mars/Base" }), "/timezone"),
            (json!({ "name": "a", "address": { "line1": "x", "city": "y" } }), "/address/country"),
        ]
        .into_iter()
        .enumerate()
        {
            let answer = world.customer(&world.owner, &format!("k{at}"), body.clone()).await;
            let said = (answer.status.as_u16(), answer.text("/code"), answer.text("/errors/0/pointer"));
            assert_eq!(said, (422, "VALIDATION_FAILED".to_owned(), pointer.to_owned()), "{body}");
        }
    }
}
