//! `PATCH /api/v1/customers/{id}`: change who a customer is, for invoices to come.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read, one
//! transaction of customer, external ids, audit entry, event and idempotency row; the read and the transaction again for every
//! race that is lost.

use axum::extract::State;
use customers::{BalancePays, CustomerChange, CustomerError, Customers, ExternalId, PlainLine, TaxExemption};
use events::customer::CustomerUpdated;
use kernel::{CustomerId, Email, Field, IdentityDocument, Locale, Phone, PriceKey, TaxId, Zone};
use serde::Deserialize;
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Json, Problem, Reply};

use crate::{
    CustomersWrite,
    customers::{
        customer_view::{AddressBody, CustomerView},
        get_customer::within_reach,
    },
};

/// What changes; what is left out stays, and null takes away.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct UpdateCustomer {
    /// Another name; it cannot be taken away.
    #[serde(default)]
    #[schema(value_type = PlainLine, required = false)]
    pub name: Field<PlainLine>,
    /// The legal name of the company.
    #[serde(default)]
    pub company: Field<PlainLine>,
    /// Where invoices are sent.
    #[serde(default)]
    pub email: Field<Email>,
    #[serde(default)]
    pub phone: Field<Phone>,
    /// Where the customer is; the whole address.
    #[serde(default)]
    pub address: Field<AddressBody>,
    /// The tax id, such as an NPWP.
    #[serde(default)]
    pub tax_id: Field<TaxId>,
    /// The document by which a person without a tax id is told from others, such as a NIK.
    #[serde(default)]
    pub identity: Field<IdentityDocument>,
    /// What you call it, unique in the tenant.
    #[serde(default)]
    pub external_id: Field<ExternalId>,
    /// The language, `id` or `en`.
    #[serde(default)]
    pub locale: Field<Locale>,
    /// The IANA zone of subscriptions to come.
    #[serde(default)]
    pub timezone: Field<Zone>,
    /// Why no tax is charged; null when it is.
    #[serde(default)]
    pub tax_exemption: Field<PlainLine>,
    /// Which invoices its balance pays by itself; null for what holds unless somebody says so, `new_invoices`.
    #[serde(default)]
    pub balance_pays: Field<BalancePays>,
    /// The group of customers whose list prices it buys at; null for those that everybody buys at.
    #[serde(default)]
    pub price_group: Field<PriceKey>,
}

/// Update a customer
///
/// Invoices that were issued keep what they printed.
#[utoipa::path(
    patch, path = "/api/v1/customers/{id}",
    responses(
        (status = 200, body = Envelope<CustomerView>),
        (status = 409, description = "EXTERNAL_ID_TAKEN, CUSTOMER_ERASED")
    )
)]
pub async fn update_customer(
    State(api): State<Api>,
    caller: Caller<CustomersWrite>,
    Edit { info, key, if_match }: Edit,
    Id(id): Id<CustomerId>,
    Json(body): Json<UpdateCustomer>,
) -> Result<Reply, Problem> {
    caller.must_reach_all()?;
    if body.name == Field::Null {
        return Err(Problem::invalid("/name", "REQUIRED", "a customer's name cannot be taken away"));
    }
    until_settled(Problem::conflict, || async {
        let before = within_reach(&api, &caller, id).await?;
        if_match.check(before.version)?;
        let Some(after) = before.clone().changed(body.clone().change(), api.now())? else {
            let reply = Reply::ok(&CustomerView::from(&before))?.version(before.version);
            return Ok(Race::Settled(key.commit(&api, Transaction::new(), reply, |_| Problem::conflict()).await?));
        };
        let mut transaction = Transaction::new();
        let saved = Customers::new(api.table(), caller.scope).save(&mut transaction, &before, &after)?;
        let entry = caller.entry(&api, &info, crate::CUSTOMER_UPDATED).about(after.id);
        entry.insert(&mut transaction, caller.scope)?;
        let told = CustomerUpdated { customer_id: after.id };
        api.insert_event(&mut transaction, caller.tenant(), &info, after.version, &told)?;
        let reply = Reply::ok(&CustomerView::from(&after))?.version(after.version);
        match key.try_commit(&api, transaction, reply).await? {
            Ok(reply) => Ok(Race::Settled(reply)),
            Err(cancelled) if saved.external_id.is_some_and(|slot| cancelled.failed(slot).is_some()) => {
                Err(CustomerError::ExternalIdTaken.into())
            }
            // Changed by another call: look again.
            Err(_) => Ok(Race::Lost),
        }
    })
    .await
}

impl UpdateCustomer {
    fn change(self) -> CustomerChange {
        CustomerChange {
            name: self.name.apply(None),
            company: self.company,
            email: self.email,
            phone: self.phone,
            address: self.address.map(Into::into),
            tax_id: self.tax_id,
            identity: self.identity,
            external_id: self.external_id,
            locale: self.locale,
            zone: self.timezone,
            tax_exemption: self.tax_exemption.map(|reason| TaxExemption { reason }),
            balance_pays: self.balance_pays,
            price_group: self.price_group,
        }
    }
}

#[cfg(test)]
mod tests {
    use http::Method;
    use serde_json::{Value, json};
    use testkit::Answer;

    use crate::world::World;

    async fn patch(world: &World, id: &str, body: Value) -> Answer {
        world
            .client
            .call(Method::PATCH, format!("/api/v1/customers/{id}"))
            .json(body)
            .bearer(&world.owner.token)
            .send()
            .await
    }

    #[tokio::test]
    async fn a_name_is_changed_and_never_taken_away() {
        let world = World::open().await;
        let id = world.customer(&world.owner, "k1", World::maju_jaya()).await.text("/data/id");
        let refused = patch(&world, &id, json!({ "name": null, "phone": null })).await;
        let said = (refused.status.as_u16(), refused.text("/errors/0/pointer"), refused.text("/errors/0/detail"));
        assert_eq!(said, (422, "/name".to_owned(), "a customer's name cannot be taken away".to_owned()));
        let same = patch(&world, &id, json!({})).await;
        assert_eq!((same.header("etag"), same.text("/data/phone").as_str()), ("\"1\"", "+6281234567890"));
        assert_eq!(patch(&world, &id, json!({ "name": "Siti" })).await.text("/data/name"), "Siti");
    }

    #[tokio::test]
    async fn every_change_of_a_customer_is_told() {
        let world = World::open().await;
        let id = world.customer(&world.owner, "k1", World::maju_jaya()).await.text("/data/id");
        patch(&world, &id, json!({ "name": "Siti" })).await;
        patch(&world, &id, json!({ "name": "Siti" })).await;
        let first = world.subscribed(&world.customer, "k2", "BASIC", "IDR").await;
        let path = format!("/api/v1/subscriptions/{first}");
        let own = world.client.get(path).bearer(&world.owner.token).send().await.text("/data/customerId");
        let rows = world.stack.rows().await.into_iter();
        let told = rows.filter(|row| row["type"].as_str().is_some_and(|name| name.starts_with("customer.")));
        let told = told.map(|row| (row["type"].as_str().unwrap().to_owned(), row["data"].clone()));
        let mut told: Vec<(String, Value)> = told.collect();
        told.sort_by_key(|(name, data)| (name.clone(), data["customerId"] != id));
        let named = |name: &str, data: Value| (name.to_owned(), data);
        let expected = [
            named("customer.created", json!({ "customerId": id })),
            named("customer.created", json!({ "customerId": own })),
            named("customer.updated", json!({ "customerId": id })),
            named("customer.user_added", json!({ "customerId": own, "userId": world.customer.user })),
        ];
        assert_eq!(told, expected);
    }

    #[tokio::test]
    async fn what_is_named_changes_and_the_rest_stays() {
        let world = World::open().await;
        let id = world.customer(&world.owner, "k1", World::maju_jaya()).await.text("/data/id");
        let body = json!({ "email": "keuangan@maju.example", "taxExemption": null, "phone": null });
        let changed = patch(&world, &id, body).await;
        assert_eq!((changed.status.as_u16(), changed.header("etag")), (200, "\"2\""));
        assert_eq!(changed.text("/data/email"), "keuangan@maju.example");
        assert_eq!((changed.at("/data/phone"), changed.at("/data/taxExemption")), (Value::Null, Value::Null));
        assert_eq!(changed.text("/data/company"), "PT Maju Jaya");
        let same = patch(&world, &id, json!({ "email": "keuangan@maju.example" })).await;
        assert_eq!((same.status.as_u16(), same.header("etag")), (200, "\"2\""));
    }

    #[tokio::test]
    async fn what_the_balance_pays_is_changed_and_null_is_what_holds_otherwise() {
        let world = World::open().await;
        let id = world.customer(&world.owner, "k1", json!({ "name": "A" })).await.text("/data/id");
        let pays = async |wanted: Value| {
            let changed = patch(&world, &id, json!({ "balancePays": wanted })).await;
            (changed.status.as_u16(), changed.text("/data/balancePays"))
        };
        assert_eq!(pays(json!("all_invoices")).await, (200, "all_invoices".to_owned()));
        assert_eq!(pays(json!(null)).await, (200, "new_invoices".to_owned()));
        assert_eq!(pays(json!("some")).await.0, 422);
    }

    #[tokio::test]
    async fn a_customer_comes_into_a_group_of_prices_and_leaves_it() {
        let world = World::open().await;
        let made = world.customer(&world.owner, "k1", json!({ "name": "A", "priceGroup": "b2b" })).await;
        assert_eq!(made.text("/data/priceGroup"), "b2b", "{}", made.snapshot());
        let id = made.text("/data/id");
        assert_eq!(patch(&world, &id, json!({ "name": "B" })).await.text("/data/priceGroup"), "b2b");
        assert_eq!(patch(&world, &id, json!({ "priceGroup": "vip" })).await.text("/data/priceGroup"), "vip");
        assert_eq!(patch(&world, &id, json!({ "priceGroup": null })).await.at("/data/priceGroup"), Value::Null);
        assert_eq!(patch(&world, &id, json!({ "priceGroup": "B 2 B" })).await.status, 422);
    }

    #[tokio::test]
    async fn a_freed_external_id_can_be_had_by_another() {
        let world = World::open().await;
        let first = world.customer(&world.owner, "k1", json!({ "name": "A", "externalId": "a" })).await;
        let second = world.customer(&world.owner, "k2", json!({ "name": "B", "externalId": "b" })).await;
        let (first, second) = (first.text("/data/id"), second.text("/data/id"));
        let taken = patch(&world, &second, json!({ "externalId": "a" })).await;
        assert_eq!((taken.status.as_u16(), taken.text("/code").as_str()), (409, "EXTERNAL_ID_TAKEN"));
        assert_eq!(patch(&world, &first, json!({ "externalId": null })).await.status, 200);
        assert_eq!(patch(&world, &second, json!({ "externalId": "a" })).await.status, 200);
    }

    #[tokio::test]
    async fn only_the_version_that_was_seen_is_changed() {
        let world = World::open().await;
        let id = world.customer(&world.owner, "k1", json!({ "name": "A" })).await.text("/data/id");
        let path = format!("/api/v1/customers/{id}");
        let stale = world.client.call(Method::PATCH, path).json(json!({ "name": "B" })).bearer(&world.owner.token);
        let stale = stale.header("if-match", "\"2\"").send().await;
        assert_eq!((stale.status.as_u16(), stale.text("/code").as_str()), (412, "PRECONDITION_FAILED"));
    }
}
