//! Of an erased person no file that shows a transfer is left, nor what was said of it.

use identity::Role;
use kernel::{Currency, EventId, FileKind, Money, Party, RequestId, TransferProofId};
use payments::{NewTransferProof, ProofFile, TransferProof, TransferProofStatus, TransferProofs};
use table::Transaction;
use tenancy::limits::{KeptFiles, LimitCause};
use testkit::{Member, Stack};

use crate::bill_subscription::{erased_customer_tests::erase, tests::deliver};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

async fn told(stack: &Stack, customer: &Member) -> TransferProof {
    let ctx = stack.ctx();
    let new = NewTransferProof {
        id: TransferProofId::new(ctx.new_ulid()),
        tenant_id: customer.scope.tenant(),
        party: Party::Customer(stack.customer_of(customer).await),
        invoice_id: None,
        amount: Money::new(700, Currency::USD),
        transferred_at: None,
        reference: Some("TRF BUDI".to_owned()),
        note: Some("From my wife's account".to_owned()),
    };
    let open = TransferProof::told(new, ctx.now()).unwrap();
    let file = ProofFile::of(FileKind::Png, PNG, ctx.now());
    let mut proof = open.with_file(file, ctx.now()).unwrap().unwrap();
    proof.version = 1;
    let mut transaction = Transaction::new();
    TransferProofs::new(ctx.table(), customer.scope).insert(&mut transaction, &proof).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    let path = proof.file().unwrap().1;
    ctx.put_object(&path, "image/png", PNG.to_vec()).await.unwrap();
    let cause = events::Cause::from(RequestId::new(ctx.new_ulid()));
    let cause = LimitCause { event: EventId::new(ctx.new_ulid()), cause };
    KeptFiles::new(ctx.table(), customer.scope).count(&path, 8, ctx.now(), cause).await.unwrap();
    proof
}

#[tokio::test]
async fn the_files_of_an_erased_person_go_and_what_the_books_need_stays() {
    let stack = Stack::start().await;
    let (_, owner) = stack.tenant("toko-a").await;
    let customer = stack.user(owner.scope, "budi@example.com", Role::User).await;
    let other = stack.user(owner.scope, "siti@example.com", Role::User).await;
    let (own, others) = (told(&stack, &customer).await, told(&stack, &other).await);
    let event = erase(&stack, &customer).await;
    for _ in 0..2 {
        assert!(deliver(&stack.granted("billing-worker"), std::slice::from_ref(&event)).await.is_empty());
    }
    let proofs = TransferProofs::new(stack.ctx().table(), customer.scope);
    let stored = async |id| proofs.get(id).await.unwrap().unwrap().trusted("a test looks");
    let bare = stored(own.id).await;
    assert_eq!((bare.reference.clone(), bare.note.clone(), bare.files.len(), bare.version), (None, None, 0, 2));
    assert_eq!((bare.status(), bare.amount), (TransferProofStatus::Open, own.amount));
    assert_eq!(stack.ctx().get_object(&own.file().unwrap().1).await.unwrap(), None);
    assert_eq!(stored(others.id).await, others);
    assert!(stack.ctx().get_object(&others.file().unwrap().1).await.unwrap().is_some());
    let files = KeptFiles::new(stack.ctx().table(), customer.scope);
    assert_eq!(files.total().await.unwrap(), 8, "that of the other one");
}
