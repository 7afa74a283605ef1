//! Of an erased person no bank account is left, once the money has arrived.

use identity::Role;
use kernel::{Currency, Money, Party, WithdrawalId};
use payments::{NewWithdrawal, Withdrawal, WithdrawalStatus, Withdrawals};
use serde_json::json;
use table::Transaction;
use testkit::{Member, Stack};

use crate::bill_subscription::{erased_customer_tests::erase, tests::deliver};

async fn withdrawal(stack: &Stack, customer: &Member) -> Withdrawal {
    let ctx = stack.ctx();
    let new = NewWithdrawal {
        id: WithdrawalId::new(ctx.new_ulid()),
        tenant_id: customer.scope.tenant(),
        party: Party::Customer(stack.customer_of(customer).await),
        amount: Money::new(700, Currency::USD),
        to: serde_json::from_value(json!({"bank": "BCA", "number": "0123456789", "holder": "Budi"})).unwrap(),
    };
    let held = Withdrawal::hold(new, ctx.now()).unwrap();
    let mut transaction = Transaction::new();
    Withdrawals::new(ctx.table(), customer.scope).insert(&mut transaction, &held).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    held
}

#[tokio::test]
async fn the_accounts_of_an_erased_person_go_once_their_money_has_arrived() {
    let stack = Stack::start().await;
    let (_, owner) = stack.tenant("toko-a").await;
    let customer = stack.user(owner.scope, "budi@example.com", Role::User).await;
    let other = stack.user(owner.scope, "siti@example.com", Role::User).await;
    let withdrawals = Withdrawals::new(stack.ctx().table(), customer.scope);
    let (ended, under_way, others) =
        (withdrawal(&stack, &customer).await, withdrawal(&stack, &customer).await, withdrawal(&stack, &other).await);
    for (one, reason) in [(&ended, "closed"), (&others, "closed")] {
        let mut transaction = Transaction::new();
        let failed = one.clone().fail(reason.to_owned(), stack.ctx().now()).unwrap();
        withdrawals.save(&mut transaction, &failed).unwrap();
        stack.ctx().table().transact(transaction).await.unwrap();
    }
    let told = erase(&stack, &customer).await;
    for _ in 0..2 {
        assert!(deliver(&stack.granted("billing-worker"), std::slice::from_ref(&told)).await.is_empty());
    }
    let stored = async |id| withdrawals.get(id).await.unwrap().unwrap().trusted("a test looks");
    let bare = stored(ended.id).await;
    assert_eq!((bare.to.clone(), bare.reason.clone(), bare.version), (None, None, 3));
    assert_eq!((bare.status(), bare.amount), (WithdrawalStatus::Failed, ended.amount));
    assert!(stored(under_way.id).await.to.is_some(), "it is still to be sent");
    assert!(stored(others.id).await.to.is_some());
}
