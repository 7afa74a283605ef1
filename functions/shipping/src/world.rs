//! A tenant that sends, and its carriers.

use cloud::config::ProviderUrls;
use customers::{Contact, Customer, Customers, NewCustomer};
use kernel::CustomerId;
use serde_json::{Value, json};
use table::Transaction;
use testkit::{Answer, Client, Member, ScriptedCarriers, Stack};

pub(crate) struct World {
    pub(crate) stack: Stack,
    pub(crate) owner: Member,
    pub(crate) client: Client,
    pub(crate) carriers: ScriptedCarriers,
    pub(crate) customer: CustomerId,
}

/// Somebody in Bandung.
pub(crate) fn bandung() -> Value {
    json!({
        "name": "Budi Santoso", "phone": "+6281234567890", "line1": "Jl. Braga 10", "city": "Bandung",
        "province": "Jawa Barat", "postalCode": "40111", "country": "ID"
    })
}

/// Somebody in San Francisco.
pub(crate) fn san_francisco() -> Value {
    json!({
        "name": "Ann Lee", "line1": "417 Montgomery St", "city": "San Francisco", "province": "CA", "postalCode": "94104",
        "country": "US"
    })
}

/// Indonesia for 9,000 to 1 kg and 20,000 to 5 kg, from half a million on for nothing; sent from Bandung.
pub(crate) fn zones() -> Value {
    let idr = |amount: i64| json!({ "amount": amount, "currency": "IDR" });
    json!({
        "origins": [
            { "location": "main", "address": bandung() }, { "location": "san-francisco", "address": san_francisco() }
        ],
        "carriers": ["own"],
        "zones": [{
            "name": "Indonesia", "countries": ["ID"], "freeFrom": [idr(500_000)],
            "rates": [{
                "code": "regular", "name": "Reguler", "days": { "min": 2, "max": 3 },
                "price": {
                    "kind": "by_weight", "eachKilogramBeyond": idr(5_000),
                    "steps": [{ "upToKilograms": 1, "price": idr(9_000) }, { "upToKilograms": 5, "price": idr(20_000) }]
                }
            }]
        }]
    })
}

/// The same, with all carriers.
pub(crate) fn zones_of_all() -> Value {
    let mut all = zones();
    all["carriers"] = json!(["own", "rajaongkir", "easypost"]);
    all["couriers"] = json!(["jne", "sicepat"]);
    all
}

impl World {
    pub(crate) async fn open() -> Self {
        let (carriers, url) = ScriptedCarriers::serve().await;
        let urls = ProviderUrls { easypost: Some(url.clone()), rajaongkir: Some(url), ..ProviderUrls::default() };
        let stack = Stack::with(urls).await;
        let (_, owner) = stack.tenant("toko-a").await;
        let customer = CustomerId::new(stack.ctx().new_ulid());
        let contact: Contact = serde_json::from_value(json!({ "name": "Ann Lee" })).unwrap();
        let new = NewCustomer {
            id: customer,
            contact,
            external_id: None,
            locale: None,
            zone: None,
            tax_exemption: None,
            user: None,
        };
        let mut transaction = Transaction::new();
        let made = Customer::new(new, stack.ctx().now());
        Customers::new(stack.ctx().table(), owner.scope).insert(&mut transaction, &made).unwrap();
        stack.ctx().table().transact(transaction).await.unwrap();
        let client = Client::new(crate::function(stack.loose()));
        Self { stack, owner, client, carriers, customer }
    }

    /// Gives the tenant a key for each carrier.
    pub(crate) fn give_keys(&self) {
        let prefix = self.stack.ctx().config().secrets.tenant_prefix.clone().unwrap();
        let tenant = self.owner.scope.tenant();
        self.stack.secrets.put(format!("{prefix}{tenant}/rajaongkir"), ScriptedCarriers::RAJAONGKIR);
        self.stack.secrets.put(format!("{prefix}{tenant}/easypost"), ScriptedCarriers::EASYPOST);
    }

    /// With keys, and zones that ask all carriers.
    pub(crate) async fn sending() -> Self {
        let world = Self::open().await;
        world.give_keys();
        let set = world.put_zones(zones_of_all()).await;
        assert_eq!(set.status, 200, "{}", set.snapshot());
        world
    }

    pub(crate) async fn put_zones(&self, body: Value) -> Answer {
        let call = self.client.call(http::Method::PUT, "/api/v1/shipping/zones").json(body);
        call.bearer(&self.owner.token).send().await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.client.get(format!("/api/v1/shipping{path}")).bearer(&self.owner.token).send().await
    }

    pub(crate) async fn post(&self, path: &str, key: &str, body: Value) -> Answer {
        let call = self.client.post(format!("/api/v1/shipping{path}"), body).bearer(&self.owner.token);
        call.idempotency_key(key).send().await
    }

    /// A shipment within the United States, whose labels are bought.
    pub(crate) fn to_buy(&self) -> Value {
        json!({
            "customerId": self.customer, "carrier": "easypost", "courier": "USPS", "service": "GroundAdvantage",
            "from": "san-francisco", "to": san_francisco(), "parcels": [{ "weightGrams": 436 }]
        })
    }

    /// A shipment whose parcel was handed in.
    pub(crate) fn to_record(&self, code: &str) -> Value {
        json!({
            "customerId": self.customer, "carrier": "rajaongkir", "courier": "jne", "service": "REG", "to": bandung(),
            "parcels": [{ "weightGrams": 1200, "trackingCode": code }]
        })
    }

    /// The types of all events about shipments, in their order.
    pub(crate) async fn told(&self) -> Vec<String> {
        let rows = self.stack.rows().await;
        let types = rows.iter().filter_map(|row| row["type"].as_str());
        types.filter(|name| name.starts_with("shipment.")).map(str::to_owned).collect()
    }
}
