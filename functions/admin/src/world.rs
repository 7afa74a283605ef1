//! A tenant with an owner, a manager and a customer, and what they leave behind.

use billing::{Invoice, Invoices};
use catalogue::{NewProduct, NewVariant, Products, WholeProduct};
use identity::{Role, RoleBook, Roles};
use kernel::{Currency, CustomerId, Money, ProductId, VariantId};
use orders::{Order, Orders};
use serde_json::{Value, json};
use table::Transaction;
use testkit::{Answer, Client, Member, Stack};

pub(crate) struct World {
    pub(crate) stack: Stack,
    pub(crate) client: Client,
    pub(crate) owner: Member,
    pub(crate) manager: Member,
    pub(crate) customer: Member,
}

pub(crate) fn code(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.text("/code"))
}

/// Twenty-six characters of an id, the same for the same number.
fn id(prefix: &str, number: u32) -> String {
    format!("{prefix}01JD2Z3M4N5P6Q7R8S9T0V{number:04}")
}

impl World {
    pub(crate) async fn open() -> Self {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let manager = stack.user(owner.scope, "manager@toko-a.example", Role::Manager).await;
        let customer = stack.user(owner.scope, "budi@example.com", Role::User).await;
        let client = Client::new(crate::function(stack.loose()));
        Self { stack, client, owner, manager, customer }
    }

    pub(crate) async fn get(&self, who: &Member, path: &str) -> Answer {
        self.client.get(path).bearer(&who.token).send().await
    }

    /// A member whose role grants these.
    pub(crate) async fn support(&self, permissions: &[&str]) -> Member {
        let book: RoleBook = serde_json::from_value(json!({ "roles": { "SUPPORT": { "permissions": permissions,
            "createdAt": "2026-11-21T00:00:00.000Z", "updatedAt": "2026-11-21T00:00:00.000Z" } }, "version": 1 }))
        .unwrap();
        let roles = Roles::new(self.stack.ctx().table(), self.owner.scope);
        table::write_alone(self.stack.ctx().table(), |tx| roles.save(tx, &book)).await.unwrap();
        self.stack.user(self.owner.scope, "support@toko-a.example", "SUPPORT".parse().unwrap()).await
    }

    /// The entries of the trail about this action.
    pub(crate) async fn trail(&self, action: &str) -> Vec<Value> {
        let rows = self.stack.rows().await;
        let entries = rows.into_iter().filter(|row| row["SK"].as_str().is_some_and(|sk| sk.starts_with("AUD#")));
        entries.filter(|row| row["action"] == action).collect()
    }

    async fn write(&self, transaction: Transaction) {
        self.stack.ctx().table().transact(transaction).await.unwrap();
    }

    /// An order of nobody known that stands so.
    pub(crate) async fn order(&self, number: u32, status: &str) {
        self.order_of(number, status, "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap()).await;
    }

    /// An order of a customer that stands so.
    pub(crate) async fn order_of(&self, number: u32, status: &str, customer: CustomerId) {
        let mut row: Value =
            serde_json::from_str(include_str!("../../../shared/orders/src/golden/order.json")).unwrap();
        row["id"] = json!(id("ord_", number));
        row["number"] = json!(format!("ORD-2026-{number:05}"));
        row["customerId"] = json!(customer);
        row["status"] = json!(status);
        row["placedAt"] = json!(format!("2026-11-20T00:00:{number:02}.000Z"));
        let order: Order = serde_json::from_value(row).unwrap();
        let mut transaction = Transaction::new();
        Orders::new(self.stack.ctx().table(), self.owner.scope).insert(&mut transaction, &order).unwrap();
        self.write(transaction).await;
    }

    /// An open invoice that is due in the future.
    pub(crate) async fn invoice(&self, place: u32) {
        self.issue(place, None).await;
    }

    /// The invoice of the order with the same number.
    pub(crate) async fn invoice_of_order(&self, number: u32) {
        self.issue(number, Some(json!({ "from": "order", "id": id("ord_", number) }))).await;
    }

    async fn issue(&self, place: u32, source: Option<Value>) {
        let mut row: Value =
            serde_json::from_str(include_str!("../../../shared/billing/src/golden/invoice.open.json")).unwrap();
        row["id"] = json!(id("inv_", place));
        if let Some(source) = source {
            row["source"] = source;
        }
        row["issued"] = json!({ "number": format!("INV-2026-12-{place:04}"), "at": "2026-12-01T03:00:00.000Z",
            "date": "2026-12-01", "dueDate": "2026-12-08" });
        let invoice: Invoice = serde_json::from_value(row).unwrap();
        let number = invoice.issued.as_ref().unwrap().number;
        let mut transaction = Transaction::new();
        Invoices::insert_issued(&mut transaction, self.owner.scope, &invoice, number).unwrap();
        self.write(transaction).await;
    }

    /// A draft of a product with one variant.
    pub(crate) async fn product(&self, sku: &str) {
        let ctx = self.stack.ctx();
        let new = NewProduct {
            id: ProductId::new(ctx.new_ulid()),
            text: serde_json::from_value(json!({ "title": format!("Kopi {sku}") })).unwrap(),
            slug: format!("kopi-{}", sku.to_ascii_lowercase()).try_into().unwrap(),
        };
        let variant = NewVariant {
            id: VariantId::new(ctx.new_ulid()),
            sku: sku.parse().unwrap(),
            option_values: Vec::new(),
            barcode: None,
            weight_grams: None,
            dimensions: None,
            prices: vec![Money::new(10_000, Currency::IDR)],
            price_lists: Vec::new(),
        };
        let draft = WholeProduct::new(new, vec![variant], ctx.now()).unwrap();
        let mut transaction = Transaction::new();
        Products::new(ctx.table(), self.owner.scope).insert(&mut transaction, &draft).unwrap();
        self.write(transaction).await;
    }
}

/// Every route does what it does with no more than the templates grant the function.
#[tokio::test]
async fn the_templates_grant_what_the_routes_need() {
    let world = World::open().await;
    let customer = world.stack.customer_of(&world.customer).await;
    world.order_of(1, "confirmed", customer).await;
    world.invoice(1).await;
    world.product("KOPI-250").await;
    let client = Client::new(crate::function(world.stack.granted("admin-api")));
    let token = world.stack.sign_in(&world.owner).await;
    let user = format!("/api/v1/admin/users/{}", world.customer.user);
    for path in [
        "/api/v1/admin/dashboard",
        "/api/v1/admin/analytics",
        "/api/v1/admin/users",
        "/api/v1/admin/users?q=budi%40example.com",
        "/api/v1/admin/orders",
        "/api/v1/admin/orders?number=ORD-2026-00001",
        "/api/v1/admin/orders?invoice=INV-2026-12-0001",
        "/api/v1/admin/orders?email=budi%40example.com",
        "/api/v1/admin/search?q=KOPI-250",
        "/api/v1/admin/search?q=budi%40example.com",
        "/api/v1/admin/impersonations",
        &user,
    ] {
        let answer = client.get(path).bearer(&token).send().await;
        assert_eq!(answer.status, 200, "{path} {}", answer.snapshot());
    }
    let body = json!({ "roles": ["USER", "MANAGER"], "status": "active" });
    let put = client.call(http::Method::PUT, user).json(body).bearer(&token).idempotency_key("put").send().await;
    assert_eq!(put.status, 200, "{}", put.snapshot());
    let body = json!({ "userId": world.manager.user, "reason": "As agreed" });
    let begun = client.post("/api/v1/admin/impersonations", body).bearer(&token).send().await;
    assert_eq!(begun.status, 201, "{}", begun.snapshot());
    let path = format!("/api/v1/admin/impersonations/{}", begun.text("/data/impersonation/id"));
    let ended = client.call(http::Method::DELETE, path).bearer(&token).send().await;
    assert_eq!(ended.status, 200, "{}", ended.snapshot());
}
