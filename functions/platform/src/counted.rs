//! What the tests of metrics and health begin with: calls that were counted, and an operator.

use identity::Role;
use kernel::TenantId;
use metering::{Call, LogDelivery, record};
use serde_json::json;
use table::{OperatorScope, Transaction};
use tenancy::{Tenant, Tenants};
use testkit::{Member, Stack};

/// Counts calls of a tenant, whose id is the answer: at 01:00 one in twenty of `identity` failed, and none of `billing`.
pub(crate) async fn counted(stack: &Stack) -> TenantId {
    let tenant = TenantId::new(stack.ctx().new_ulid());
    let call = |group: &str, path: &str, status: u16| {
        let line = json!({ "target": metering::TARGET, "at": "2026-11-21T01:00:00.500Z", "group": group,
            "http.method": "GET", "http.route": path, "http.status": status, "duration_us": 1500, "bytes": 10,
            "tenant.id": tenant });
        Call::read(&line.to_string()).unwrap().unwrap()
    };
    let mut calls = vec![call("identity", "/api/v1/users/{id}", 200); 19];
    calls.push(call("identity", "/api/v1/users/{id}", 500));
    calls.push(call("billing", "/api/v1/invoices", 404));
    let lines: Vec<(String, Call)> = (0..).map(|id: u32| id.to_string()).zip(calls).collect();
    let ids = lines.iter().map(|(id, _)| id.as_str());
    let delivery = LogDelivery::new(ids, lines.iter().map(|(id, call)| (id.as_str(), call.clone())));
    for chunk in delivery.chunks() {
        record(stack.ctx().table(), &chunk, |_| (), stack.ctx().now()).await.unwrap();
    }
    tenant
}

/// An operator who is signed in.
pub(crate) async fn operator(stack: &Stack) -> Member {
    let scope = OperatorScope::assume("a test signs the operator in").platform();
    let operator = stack.user(scope, "operator@example.com", Role::Admin).await;
    let mut transaction = Transaction::new();
    Tenants::insert(&mut transaction, &Tenant::platform(operator.user, stack.ctx().now())).unwrap();
    stack.ctx().table().transact(transaction).await.unwrap();
    operator
}
