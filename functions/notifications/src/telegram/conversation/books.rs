//! What the tests of answers sell, bill and count, written by the domains' own code.

use billing::{GRACE, Interval, Invoice, Invoices, NewSubscription, Plan, Subscription, Subscriptions, catalogue};
use kernel::{Currency, InvoiceId, Party, SubscriptionId};
use serde_json::{Value, json};
use table::Transaction;
use testkit::{Member, raw};

use crate::telegram::room::Room;

pub(in crate::telegram) fn idr(amount: i64) -> Value {
    json!({"amount": amount, "currency": "IDR"})
}

impl Room {
    /// A customer's user, who is linked in this chat.
    pub(in crate::telegram) async fn customer(&self, email: &str, chat: i64) -> Member {
        let member = self.stack.user(self.owner.scope, email, identity::Role::User).await;
        self.stack.with_full_access(&member).await;
        self.linked(&member, chat).await
    }

    pub(in crate::telegram) async fn party(&self, member: &Member) -> Party {
        Party::Customer(self.stack.customer_of(member).await)
    }

    async fn put(&self, partition: String, sort: &str, row: Value) {
        let key = self.owner.scope.key(partition, sort);
        let Value::Object(row) = row else { panic!("a row is an object") };
        self.stack.ctx().table().write(raw::put(key, row)).await.unwrap();
    }

    /// The plans of the catalogue; safe to repeat.
    async fn plan(&self, key: &str) -> Plan {
        let plan = catalogue().into_iter().find(|plan| plan.key.to_string() == key).unwrap();
        self.put("PLANS".to_owned(), &format!("{key}#00001"), serde_json::to_value(&plan).unwrap()).await;
        plan
    }

    /// A subscription that begins today.
    pub(in crate::telegram) async fn sell(&self, member: &Member, key: &str) -> SubscriptionId {
        let (ctx, scope) = (self.stack.ctx(), member.scope);
        let plan = self.plan(key).await;
        let new = NewSubscription {
            id: SubscriptionId::new(ctx.new_ulid()),
            party: self.party(member).await,
            currency: Currency::IDR,
            interval: Interval::MONTH,
            quantity: 1,
            zone: "Asia/Jakarta".parse().unwrap(),
        };
        let subscription = Subscription::start(new, &plan, ctx.now()).unwrap().begun(GRACE).unwrap();
        let mut transaction = Transaction::new();
        Subscriptions::insert(&mut transaction, scope, &subscription).unwrap();
        ctx.table().transact(transaction).await.unwrap();
        subscription.id
    }

    /// So much was used in the period that began on the day of the stack.
    pub(in crate::telegram) async fn count(&self, subscription: SubscriptionId, feature: &str, used: u64) {
        let row = json!({"used": used, "version": 1});
        self.put(format!("USAGE#{subscription}"), &format!("C#2026-11-21#{feature}"), row).await;
        self.put(format!("QUOTA#{subscription}#predictionsPerMonth#2026-11-01"), "QUOTA", json!({"used": used})).await;
    }

    /// An open invoice, the `place`th of the month.
    pub(in crate::telegram) async fn bill(&self, member: &Member, place: u32, (amount, due): (i64, &str)) -> InvoiceId {
        let ctx = self.stack.ctx();
        let id = InvoiceId::new(ctx.new_ulid());
        let invoice: Invoice = serde_json::from_value(json!({
            "id": id, "kind": "one_off", "source": {"from": "manual"},
            "billTo": {"party": self.party(member).await, "name": "Budi", "address": []},
            "seller": {"name": "Toko A", "address": [], "zone": "Asia/Jakarta",
                "bankAccounts": [{"bank": "BCA", "number": "8123456789", "holder": "PT Toko_A"}]},
            "language": "id", "currency": "IDR", "lines": [], "subtotal": idr(amount), "discount": idr(0), "taxes": [],
            "surplus": idr(0), "total": idr(amount), "creditsApplied": idr(0), "payments": [],
            "issued": {"number": format!("INV-2026-11-{place:04}"), "at": "2026-11-20T18:00:00.000Z",
                "date": "2026-11-21", "dueDate": due},
            "state": {"status": "open"}, "version": 1
        }))
        .unwrap();
        let mut transaction = Transaction::new();
        let number = invoice.issued.as_ref().unwrap().number;
        Invoices::insert_issued(&mut transaction, member.scope, &invoice, number).unwrap();
        ctx.table().transact(transaction).await.unwrap();
        id
    }

    /// What is on a balance, and what is owed.
    pub(in crate::telegram) async fn fund(&self, member: &Member, balance: i64, receivable: i64) {
        let party = self.party(member).await;
        let row =
            json!({"party": party, "currency": "IDR", "balance": balance, "receivable": receivable, "deferred": 0});
        self.put(format!("BAL#{party}"), "BAL#IDR", row).await;
    }
}
