//! Of an erased tenant the platform keeps its invoices, and nothing to charge it by.

use events::tenant::TenantDeleted;
use kernel::{Currency, Money, Party, TenantId, UserId, WithdrawalId};
use payments::{NewWithdrawal, SavedMethods, Withdrawals};
use serde_json::{Value, json};
use table::{OperatorScope, TenantScope, Transaction, agenda::DueKind};
use testkit::{Member, Stack};

use crate::{
    bill_subscription::tests::{deliver, told_by},
    erasure::forget_methods_tests::save_of,
};

/// What the end of an erasure tells, as if it were told in the books of `scope`.
fn deleted(stack: &Stack, scope: TenantScope, tenant: TenantId) -> Value {
    let teller = Member { scope, user: UserId::new(stack.ctx().new_ulid()), token: String::new() };
    let told = TenantDeleted { tenant_id: tenant, rows: 310, deleted_at: stack.ctx().now() };
    json!({ "detail": told_by(stack, &teller, &told) })
}

#[tokio::test]
async fn the_cards_and_accounts_of_an_erased_tenant_go_and_those_of_others_stay() {
    let stack = Stack::start().await;
    let (gone, _) = stack.tenant("toko-a").await;
    let (other, _) = stack.tenant("toko-b").await;
    let (ctx, books) = (stack.ctx(), OperatorScope::assume("test").platform());
    let card = save_of(&stack, books, Party::Tenant(gone.id), "pm_1").await;
    let others = save_of(&stack, books, Party::Tenant(other.id), "pm_2").await;
    let new = NewWithdrawal {
        id: WithdrawalId::new(ctx.new_ulid()),
        tenant_id: TenantId::PLATFORM,
        party: Party::Tenant(gone.id),
        amount: Money::new(700, Currency::USD),
        to: serde_json::from_value(json!({"bank": "BCA", "number": "0123456789", "holder": "Budi"})).unwrap(),
    };
    let held = payments::Withdrawal::hold(new, ctx.now()).unwrap();
    let withdrawals = Withdrawals::new(ctx.table(), books);
    for write in [held.clone(), held.clone().fail("closed".to_owned(), ctx.now()).unwrap()] {
        let mut transaction = Transaction::new();
        if write.version == held.version {
            withdrawals.insert(&mut transaction, &write).unwrap();
        } else {
            withdrawals.save(&mut transaction, &write).unwrap();
        }
        ctx.table().transact(transaction).await.unwrap();
    }
    // Only the platform tells of the end of a tenant.
    let forged = deleted(&stack, TenantScope::new(other.id), gone.id);
    assert!(deliver(&stack.granted("billing-worker"), &[forged]).await.is_empty());
    let methods = SavedMethods::new(ctx.table(), books);
    assert!(methods.get(card.id).await.unwrap().is_some());

    let told = deleted(&stack, books, gone.id);
    for _ in 0..2 {
        assert!(deliver(&stack.granted("billing-worker"), std::slice::from_ref(&told)).await.is_empty());
    }
    assert!(methods.get(card.id).await.unwrap().is_none());
    let book = methods.book(Party::Tenant(gone.id)).await.unwrap();
    assert_eq!((book.methods.len(), book.stripe_customer.is_none(), book.leaving.is_some()), (0, true, true));
    for (kind, thing) in [(DueKind::MethodRemoval, card.id.to_string()), (DueKind::PayerRemoval, gone.id.to_string())] {
        let due = books.key(format_args!("DUE#{}#{thing}", kind.as_str()), "DUE");
        assert!(ctx.table().get(&due).await.unwrap().is_some(), "{kind:?}: the provider is to forget it");
    }
    let bare = withdrawals.get(held.id).await.unwrap().unwrap().trusted("a test looks");
    assert_eq!((bare.to, bare.amount), (None, held.amount));
    assert!(methods.get(others.id).await.unwrap().is_some());
    assert_eq!(methods.book(Party::Tenant(other.id)).await.unwrap().default, Some(others.id));
}
