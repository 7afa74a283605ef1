//! A tenant of which some orders were counted, as the sales worker does.

use analytics::{CountedSale, SaleFacts, SalesRollups, SoldLine};
use identity::Role;
use kernel::{Currency, CustomerId, OrderId, ProductId, Timestamp, Zone};
use table::Transaction;
use testkit::{Answer, Client, Member, Stack};

pub(crate) struct World {
    pub(crate) stack: Stack,
    pub(crate) owner: Member,
    pub(crate) customer: Member,
    pub(crate) client: Client,
}

/// An order of one line.
#[derive(Clone, Copy)]
pub(crate) struct Sold {
    pub(crate) at: &'static str,
    pub(crate) product: char,
    pub(crate) quantity: u32,
    pub(crate) gross: i64,
    pub(crate) buyer: u64,
}

impl World {
    pub(crate) async fn open() -> Self {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let customer = stack.user(owner.scope, "budi@example.com", Role::User).await;
        let client = Client::new(crate::function(stack.loose()));
        Self { stack, owner, customer, client }
    }

    /// Orders are placed and paid at once, each over so much.
    pub(crate) async fn sold(&self, orders: &[Sold]) {
        for order in orders {
            let at: Timestamp = order.at.parse().unwrap();
            let product: ProductId = format!("prd_01JD2Z3M4N5P6Q7R8S9T0V1W2{}", order.product).parse().unwrap();
            let gross = order.gross;
            let facts = SaleFacts {
                order: OrderId::new(self.stack.ctx().new_ulid()),
                customer: CustomerId::new(u128::from(order.buyer).into()),
                currency: Currency::IDR,
                placed_at: at,
                confirmed_at: Some(at),
                voided_at: None,
                lines: vec![SoldLine {
                    product,
                    title: format!("=Kopi {}", order.product),
                    quantity: order.quantity,
                    gross,
                    discount: 0,
                    net: gross,
                }],
                discounts: 0,
                shipping: 0,
                included_tax: 0,
                net: gross,
                tax: 0,
                taken_back: Vec::new(),
                returned: Vec::new(),
                paid: vec![(at, gross)],
                refunded: Vec::new(),
            };
            self.count(&facts, order.buyer).await;
        }
    }

    async fn count(&self, facts: &SaleFacts, hash: u64) {
        let zone: Zone = "Asia/Jakarta".parse().unwrap();
        let table = self.stack.ctx().table();
        let rollups = SalesRollups::new(table, self.owner.scope);
        let step = CountedSale::step(None, facts, &zone).unwrap().unwrap();
        let mut transaction = Transaction::new();
        rollups.save(&mut transaction, &step).unwrap();
        table.transact(transaction).await.unwrap();
        let day = facts.placed_at.date_in(&zone);
        let transaction = rollups.counting_buyer(&step.counted, day, hash).await.unwrap().unwrap();
        table.transact(transaction).await.unwrap();
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        let token = self.stack.sign_in(&self.owner).await;
        self.client.get(format!("/api/v1/analytics/{path}")).bearer(&token).send().await
    }

    pub(crate) async fn recount(&self, key: &str) -> Answer {
        let token = self.stack.sign_in(&self.owner).await;
        let call = self.client.call(http::Method::POST, "/api/v1/analytics/rebuild").bearer(&token);
        call.idempotency_key(key).send().await
    }
}
