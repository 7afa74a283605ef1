//! `POST /api/v1/shipping/rates`: what sending something costs.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing or of the tenant (none when known), one read of the
//! idempotency key if there is one, one read of the settings beside one of the cart, then one query for each of its products beside
//! those of its stock (one of the locations, one for each SKU, and one read of what is kept), up to three writes that count it, all
//! carriers side by side for two seconds at most, one transaction of quote and idempotency row.

use aws_lc_rs::digest::{SHA256, digest};
use axum::extract::State;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use carriers::{ShippingAsk, ask_all};
use kernel::{CartId, Money, QuoteId};
use serde::{Deserialize, Serialize};
use shipping::{
    Parcel, ParcelGrams, ParcelSides, Quote, QuotedFor, Quotes, ShippedItem, ShippingAddress, ShippingRules, packed,
};
use table::Transaction;
use utoipa::ToSchema;
use web::{Api, Envelope, Json, Optional, Problem, Reply};

use crate::rates::{
    asker::Asker,
    cart_to_send::{Sending, cart_to_send},
    quote_view::QuoteView,
};

/// What is to be sent: a cart, or anything else.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreateShippingQuote {
    /// A cart that has an address, and nothing but that and `from`.
    pub cart_id: Option<CartId>,
    /// To where, without a cart.
    pub to: Option<ShippingAddress>,
    /// What, without a cart: packed into one parcel.
    #[schema(min_items = 1, max_items = 100)]
    pub items: Option<Vec<QuotedItem>>,
    /// What the goods are worth, without a cart; in the currency that prices are wanted in.
    pub goods: Option<Money>,
    /// From which location of stock, which only staff says. When left out, from where most of the cart's weight is taken from, else
    /// from the first origin.
    #[schema(pattern = "^[a-z][a-z0-9-]{1,19}$", example = "main")]
    pub from: Option<String>,
}

/// So many of a thing.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct QuotedItem {
    /// What one weighs, with its wrapping.
    pub weight_grams: ParcelGrams,
    /// How large one is, with its wrapping; only its weight counts when left out.
    pub dimensions: Option<ParcelSides>,
    /// How many.
    #[schema(minimum = 1, example = 2)]
    pub quantity: u32,
}

/// Create a shipping quote
///
/// Asks the tenant's own zones and every carrier that it has enabled, side by side. One that does not answer within two
/// seconds stands in `unavailable`, and the others are answered with. The prices hold for a quarter of an hour, and of a cart as
/// long as its lines and its place stay as they are. A guest shows the cart's token in `X-Cart-Token`; of something else than a cart
/// only staff asks. A buyer asks 30 times an hour for a cart, and 100 times a day in all. From so much on as the zone says, by the prices
/// of now before promotions, its own rates are free. What has no weight counts as one kilogram.
#[utoipa::path(
    post, path = "/api/v1/shipping/rates",
    request_body(content = CreateShippingQuote, examples(
        ("A cart" = (value = json!({"cartId": "crt_01JD2Z3M4N5P6Q7R8S9T0V1W2X"}))),
        ("Anything else" = (value = json!({
            "items": [{"weightGrams": 600, "quantity": 2}], "goods": {"amount": 150_000, "currency": "IDR"},
            "to": {
                "name": "Budi Santoso", "line1": "Jl. Braga 10", "city": "Bandung", "province": "Jawa Barat",
                "postalCode": "40111", "country": "ID"
            }
        })))
    )),
    responses(
        (status = 201, body = Envelope<QuoteView>),
        (status = 403, description = "FORBIDDEN: only staff asks for something else than a cart, or says from where"),
        (status = 404, description = "NOT_FOUND: there is no such cart"),
        (status = 409, description = "CONFLICT; NO_SHIPPING_ORIGIN: nobody said where goods are sent from"),
        (status = 422, description = "VALIDATION_FAILED; PARCEL_INVALID: nothing, too much, or none of something; DELIVERY_MISSING: the cart says not where to")
    )
)]
pub async fn create_shipping_quote(
    State(api): State<Api>,
    asker: Asker,
    key: Optional,
    Json(body): Json<CreateShippingQuote>,
) -> Result<Reply, Problem> {
    let rules = ShippingRules::new(api.table(), asker.scope);
    let (sending, settings) = match body {
        CreateShippingQuote { cart_id: Some(id), to: None, items: None, goods: None, ref from } => {
            if from.is_some() && !asker.is_staff() {
                return Err(Problem::forbidden("only staff says from where a cart is sent"));
            }
            let read = tokio::try_join!(cart_to_send(&api, &asker, id), async { Ok(rules.get().await?) })?;
            asker.count(&api, id).await?;
            read
        }
        CreateShippingQuote { cart_id: None, to: Some(ref to), items: Some(ref items), goods: Some(goods), .. } => {
            if !asker.is_staff() {
                return Err(Problem::forbidden("only staff asks for rates of something else than a cart"));
            }
            (anything(&body, to.clone(), items, goods)?, rules.get().await?)
        }
        CreateShippingQuote { .. } => {
            let advice = "name a cart alone, or say `to`, `items` and `goods`";
            return Err(Problem::invalid("/cartId", "INVALID_VALUE", advice));
        }
    };
    let Sending { quoted, to, parcel, goods, lies_at } = sending;
    // What lies where nothing is sent from is sent from the first origin.
    let lies_at = lies_at.filter(|code| settings.origin(Some(code)).is_ok());
    let from = settings.origin(body.from.or(lies_at).as_deref())?.address.clone();
    let ask = ShippingAsk { from, to, parcel, goods };
    let asked = ask_all(&api, asker.scope, &settings, &ask).await;
    let quote = Quote::of(QuoteId::new(api.new_ulid()), quoted, asked.options, api.now());
    let mut transaction = Transaction::new();
    Quotes::new(api.table(), asker.scope).insert(&mut transaction, &quote)?;
    let reply = Reply::created(&QuoteView::of(&quote, asked.unavailable))?;
    key.commit(&api, transaction, reply, |_| Problem::conflict()).await
}

/// What is asked for without a cart: bound to all that was asked, as a hash.
fn anything(
    body: &CreateShippingQuote,
    to: ShippingAddress,
    items: &[QuotedItem],
    goods: Money,
) -> Result<Sending, Problem> {
    if goods.is_negative() {
        return Err(Problem::invalid("/goods", "INVALID_VALUE", "goods are worth nothing or more"));
    }
    let items: Vec<ShippedItem> = items.iter().map(QuotedItem::shipped).collect();
    let parcel = packed(&items).map_err(|error| Problem::from(error).named_at("/items"))?;
    let bytes = serde_json::to_vec(body).map_err(|_| Problem::conflict())?;
    let fingerprint = URL_SAFE_NO_PAD.encode(digest(&SHA256, &bytes));
    let quoted = QuotedFor { cart_id: None, fingerprint, goods: None };
    Ok(Sending { quoted, to, parcel, goods, lies_at: None })
}

impl QuotedItem {
    fn shipped(&self) -> ShippedItem {
        ShippedItem { one: Parcel { weight: self.weight_grams, sides: self.dimensions }, quantity: self.quantity }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::world::{World, bandung, san_francisco, zones, zones_of_all};

    fn asked(to: &Value, goods: (i64, &str)) -> Value {
        json!({
            "to": to, "goods": { "amount": goods.0, "currency": goods.1 },
            "items": [{
                "weightGrams": 1200, "dimensions": { "length": 400, "width": 300, "height": 200 }, "quantity": 1
            }]
        })
    }

    fn options(answer: &testkit::Answer) -> Vec<(String, i64)> {
        let all = answer.at("/data/options");
        let each = all.as_array().unwrap().iter();
        each.map(|one| (one["id"].as_str().unwrap().to_owned(), one["price"]["amount"].as_i64().unwrap())).collect()
    }

    #[tokio::test]
    async fn commerce_t17_volume_counts_at_the_tenants_own_rates() {
        let world = World::open().await;
        world.put_zones(zones()).await;
        let quoted = world.post("/rates", "k1", asked(&bandung(), (10_000, "IDR"))).await;
        insta::assert_snapshot!(quoted.snapshot(), @r#"
        201 Created
        {
          "data": {
            "expiresAt": "2026-11-21T01:15:00.000Z",
            "id": "quo_01M7XSW1M0000000000000000B",
            "options": [
              {
                "carrier": "own",
                "courier": null,
                "days": {
                  "max": 3,
                  "min": 2
                },
                "id": "own:regular",
                "name": "Reguler",
                "price": {
                  "amount": 20000,
                  "currency": "IDR"
                },
                "service": "regular"
              }
            ],
            "unavailable": []
          },
          "success": true
        }
        "#);
        let mut tight = zones();
        tight["domesticDivisor"] = json!(4000);
        world.put_zones(tight).await;
        let heavier = world.post("/rates", "k2", asked(&bandung(), (10_000, "IDR"))).await;
        assert_eq!(options(&heavier), [("own:regular".to_owned(), 25_000)], "6 kg");
        let free = world.post("/rates", "k3", asked(&bandung(), (500_000, "IDR"))).await;
        assert_eq!(options(&free), [("own:regular".to_owned(), 0)]);
        let abroad = world.post("/rates", "k4", asked(&san_francisco(), (10_000, "IDR"))).await;
        assert_eq!((abroad.status.as_u16(), abroad.at("/data/options")), (201, json!([])));
    }

    #[tokio::test]
    async fn commerce_t17_one_of_three_carriers_that_hangs_fails_nothing() {
        let world = World::sending().await;
        world.carriers.hang("/shipments");
        let quoted = world.post("/rates", "k1", asked(&bandung(), (10_000, "IDR"))).await;
        assert_eq!(quoted.status, 201, "{}", quoted.snapshot());
        let told: Vec<String> = options(&quoted).into_iter().map(|(id, _)| id).collect();
        assert_eq!(told, ["own:regular", "rajaongkir:jne:REG", "rajaongkir:sicepat:BEST"]);
        assert_eq!(quoted.at("/data/unavailable"), json!([{ "carrier": "easypost", "reason": "no_answer" }]));
    }

    #[tokio::test]
    async fn carriers_that_cannot_say_why() {
        let world = World::open().await;
        world.put_zones(zones_of_all()).await;
        let quoted = world.post("/rates", "k1", asked(&bandung(), (10_000, "IDR"))).await;
        let reason = |name: &str| json!({ "carrier": name, "reason": "no_key" });
        assert_eq!(quoted.at("/data/unavailable"), json!([reason("rajaongkir"), reason("easypost")]));
        world.give_keys();
        world.stack.set_clock("2026-11-21T01:06:00Z");
        let token = world.stack.sign_in(&world.owner).await;
        let body = asked(&san_francisco(), (1_000, "USD"));
        let call = world.client.post("/api/v1/shipping/rates", body).bearer(&token).idempotency_key("k2");
        let quoted = call.send().await;
        assert_eq!(
            options(&quoted),
            [("easypost:USPS:GroundAdvantage".to_owned(), 607), ("easypost:USPS:Priority".to_owned(), 910)]
        );
        assert_eq!(quoted.at("/data/unavailable"), json!([{ "carrier": "rajaongkir", "reason": "not_offered" }]));
    }

    #[tokio::test]
    async fn a_repeat_gets_the_same_quote_and_asks_nobody() {
        let world = World::sending().await;
        let first = world.post("/rates", "k1", asked(&bandung(), (10_000, "IDR"))).await;
        let asked_before = world.carriers.asked().len();
        let again = world.post("/rates", "k1", asked(&bandung(), (10_000, "IDR"))).await;
        assert_eq!(again.at("/data/id"), first.at("/data/id"));
        assert_eq!(world.carriers.asked().len(), asked_before);
    }

    #[tokio::test]
    async fn what_cannot_be_asked_is_refused() {
        let world = World::open().await;
        let bare = world.post("/rates", "k1", asked(&bandung(), (1, "IDR"))).await;
        assert_eq!((bare.status.as_u16(), bare.text("/code").as_str()), (409, "NO_SHIPPING_ORIGIN"));
        world.put_zones(zones()).await;
        let mut nowhere = asked(&bandung(), (1, "IDR"));
        nowhere["from"] = json!("moon");
        let mut nothing = asked(&bandung(), (1, "IDR"));
        nothing["items"] = json!([]);
        let mut none = asked(&bandung(), (1, "IDR"));
        none["items"][0]["quantity"] = json!(0);
        for (key, body, status, code) in [
            ("k2", nowhere, 409, "NO_SHIPPING_ORIGIN"),
            ("k3", nothing, 422, "PARCEL_INVALID"),
            ("k4", none, 422, "PARCEL_INVALID"),
        ] {
            let refused = world.post("/rates", key, body).await;
            assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (status, code), "{key}");
        }
    }
}
