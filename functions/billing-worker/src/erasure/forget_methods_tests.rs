//! Of an erased person no card is left to charge.

use identity::Role;
use kernel::{Party, PaymentMethodId, Provider};
use payments::{Becomes, CardExpiry, CardFace, KeptCard, MethodBook, SavedMethod, SavedMethods};
use table::{TenantScope, Transaction, agenda::DueKind};
use testkit::{Member, Stack};

use crate::bill_subscription::{erased_customer_tests::erase, tests::deliver};

async fn save(stack: &Stack, customer: &Member, token: &str) -> SavedMethod {
    let party = Party::Customer(stack.customer_of(customer).await);
    save_of(stack, customer.scope, party, token).await
}

/// A card of a party whom Stripe knows.
pub(super) async fn save_of(stack: &Stack, scope: TenantScope, party: Party, token: &str) -> SavedMethod {
    let ctx = stack.ctx();
    let face = CardFace { brand: "visa".to_owned(), last4: "4242".to_owned(), expires: CardExpiry::new(2030, 8) };
    let kept = KeptCard { token: token.to_owned().into(), customer: None, face: None };
    let id = PaymentMethodId::new(ctx.new_ulid());
    let method = SavedMethod::save(id, party, Provider::Stripe, (kept, face), ctx.now()).unwrap();
    let methods = SavedMethods::new(ctx.table(), scope);
    let book = methods.book(party).await.unwrap().with(method.id, Becomes::OneMore).unwrap();
    let mut transaction = Transaction::new();
    methods.insert(&mut transaction, &method).unwrap();
    let known = MethodBook { stripe_customer: Some("cus_1".to_owned().into()), ..book };
    methods.save_book(&mut transaction, &known).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    method
}

#[tokio::test]
async fn the_cards_of_an_erased_person_are_charged_no_more_and_go_at_their_providers() {
    let stack = Stack::start().await;
    let (_, owner) = stack.tenant("toko-a").await;
    let customer = stack.user(owner.scope, "budi@example.com", Role::User).await;
    let other = stack.user(owner.scope, "siti@example.com", Role::User).await;
    let (first, second) = (save(&stack, &customer, "pm_1").await, save(&stack, &customer, "pm_2").await);
    let others = save(&stack, &other, "pm_3").await;
    let told = erase(&stack, &customer).await;
    for _ in 0..2 {
        assert!(deliver(&stack.granted("billing-worker"), std::slice::from_ref(&told)).await.is_empty());
    }
    let methods = SavedMethods::new(stack.ctx().table(), customer.scope);
    let book = methods.book(first.party).await.unwrap();
    assert_eq!((book.methods, book.default, book.stripe_customer, book.version), (vec![], None, None, 3));
    // Kept until Stripe has deleted it too.
    assert!(book.leaving.is_some());
    let goes = customer.scope.key(format_args!("DUE#{}#{}", DueKind::PayerRemoval.as_str(), first.party), "DUE");
    assert!(stack.ctx().table().get(&goes).await.unwrap().is_some());
    for method in [&first, &second] {
        assert!(methods.get(method.id).await.unwrap().is_none());
        assert!(methods.get_even_leaving(method.id).await.unwrap().unwrap().leaving);
        let key = |kind: DueKind| customer.scope.key(format_args!("DUE#{}#{}", kind.as_str(), method.id), "DUE");
        let (goes, warned) = (key(DueKind::MethodRemoval), key(DueKind::MethodExpiry));
        assert!(stack.ctx().table().get(&goes).await.unwrap().is_some());
        assert!(stack.ctx().table().get(&warned).await.unwrap().is_none());
    }
    assert!(methods.get(others.id).await.unwrap().is_some());
    assert_eq!(methods.book(others.party).await.unwrap().default, Some(others.id));
}
