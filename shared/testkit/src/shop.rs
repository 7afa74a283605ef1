//! A shop: a tenant with an owner and one customer, who call one function.

use cloud::{Ctx, Function};
use identity::Role;

use crate::{Client, Member, Stack};

/// What the tests of routes that sell, bill and collect begin with. Tests that need more of the world hold a shop and add to it.
pub struct Shop {
    /// The stack that everything runs on.
    pub stack: Stack,
    /// Calls the function.
    pub client: Client,
    /// The tenant's owner.
    pub owner: Member,
    /// A user of the tenant who manages nothing. A customer account is made when [`Stack::customer_of`] first asks for it.
    pub customer: Member,
}

impl Shop {
    /// A shop on a stack of its own.
    pub async fn open(function: fn(Ctx) -> Function) -> Self {
        Self::open_on(Stack::start().await, function).await
    }

    /// A shop on a stack that was made with settings of its own.
    pub async fn open_on(stack: Stack, function: fn(Ctx) -> Function) -> Self {
        let (_, owner) = stack.tenant("toko-a").await;
        let customer = stack.user(owner.scope, "budi@example.com", Role::User).await;
        let client = stack.serve(function);
        Self { stack, client, owner, customer }
    }

    /// A token of the present, for a clock that was moved.
    pub async fn fresh(&self, member: &Member) -> String {
        self.stack.sign_in(member).await
    }
}
