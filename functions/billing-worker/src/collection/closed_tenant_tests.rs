//! A tenant that is over: nobody is billed, reminded or invoiced again in its name.

use billing::Makes;
use serde_json::json;
use table::{
    TenantScope, Transaction,
    agenda::{self, DueKind},
};
use tenancy::{Cancellation, Tenants};
use testkit::Stack;

use crate::{
    bill_subscription::tests::{DUE, deliver, invoices, subscribed},
    collection::dun_invoice_tests::{OVERDUE, Scene},
    recurring::make_invoices::tests::{FIRST, due, recurring},
};

/// The tenant ends, as `POST /tenants/{id}/cancel` ends it.
async fn close(stack: &Stack, scope: TenantScope) {
    let tenant = Tenants::new(stack.ctx().table()).get(scope.tenant()).await.unwrap().unwrap();
    let by = events::tenant::CancelledBy::Tenant;
    let over = tenant.cancelled(Cancellation { by, reason: "We moved".to_owned(), at: stack.ctx().now() }).unwrap();
    let mut transaction = Transaction::new();
    Tenants::save_out_of_trial(&mut transaction, &over).unwrap();
    stack.ctx().table().transact(transaction).await.unwrap();
}

async fn is_on_agenda(stack: &Stack, scope: TenantScope, kind: DueKind, id: &str) -> bool {
    let key = scope.key(format_args!("DUE#{}#{id}", kind.as_str()), "DUE");
    stack.ctx().table().get(&key).await.unwrap().is_some()
}

#[tokio::test]
async fn no_subscription_is_billed_and_none_is_due_again() {
    for is_over in [false, true] {
        let stack = Stack::start().await;
        let (customer, subscription) = subscribed(&stack, "toko-a", "PREMIUM", kernel::Currency::IDR).await;
        let id = subscription.id.to_string();
        assert!(is_on_agenda(&stack, customer.scope, DueKind::SubscriptionPeriod, &id).await);
        if is_over {
            close(&stack, customer.scope).await;
        }
        stack.set_clock(DUE);
        let at = subscription.due_at;
        let work = agenda::Due { tenant_id: customer.scope.tenant(), kind: DueKind::SubscriptionPeriod, id, at };
        for _ in 0..2 {
            assert!(deliver(&stack.granted("billing-worker"), &[json!(work)]).await.is_empty());
        }
        assert_eq!(invoices(&stack, customer.scope).await.len(), usize::from(!is_over));
        let stays = is_on_agenda(&stack, customer.scope, DueKind::SubscriptionPeriod, &work.id).await;
        assert_eq!(stays, !is_over);
    }
}

#[tokio::test]
async fn no_invoice_is_asked_for_again() {
    let scene = Scene::open().await;
    close(&scene.stack, scene.customer.scope).await;
    scene.dun(OVERDUE).await;
    assert_eq!((scene.told(OVERDUE).await, scene.on_agenda().await), (Vec::<String>::new(), None));
}

#[tokio::test]
async fn no_recurring_invoice_makes_another() {
    let stack = Stack::start().await;
    let (customer, one) = recurring(&stack, "toko-a", Makes::Invoices).await;
    close(&stack, customer.scope).await;
    stack.set_clock(FIRST);
    assert!(deliver(&stack.granted("billing-worker"), &[due(&one, customer.scope, FIRST)]).await.is_empty());
    assert_eq!(invoices(&stack, customer.scope).await.len(), 0);
}
