//! The object store of a function.
#![cfg(test)]

use cloud::{Ctx, Ports};
use testkit::Stack;

#[tokio::test]
async fn a_function_without_a_bucket_is_refused_instead_of_losing_what_it_writes() {
    let stack = Stack::start().await;
    assert_eq!(stack.ctx().get_object("a").await.unwrap(), None);
    stack.ctx().put_object("a", "text/plain", b"a".to_vec()).await.unwrap();
    assert_eq!(stack.ctx().get_object("a").await.unwrap().as_deref(), Some(&b"a"[..]));
    let ctx = Ctx::new(Ports { objects: None, ..stack.ctx().ports().clone() });
    let write = ctx.put_object("a", "text/plain", b"a".to_vec()).await.unwrap_err();
    let read = ctx.get_object("a").await.unwrap_err();
    for error in [write, read] {
        assert!(error.to_string().contains("RUKO_BUCKET is not set"), "{error}");
    }
}
