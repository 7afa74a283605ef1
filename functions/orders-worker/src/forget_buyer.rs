//! `customer.erased`: the orders and shipments of the customer forget who it is. An order that waits for its payment is called off;
//! one that is paid is still sent, and its address is known until then. `user.erased`: the user's carts go.
//!
//! Round trips: for a customer a query and a batch read per twenty orders and per twenty shipments, those of [`settle_order`] for
//! each order that waits, one read and one transaction for each of both. For a user one query and one batch read, one transaction for
//! each cart.

use aftersales::AfterSales;
use cloud::Ctx;
use events::{Told, customer::CustomerErased, user::UserErased};
use kernel::{CustomerId, Party, ShipmentId};
use orders::{Carts, OrderStatus};
use shipping::{ShipmentState, Shipments};
use table::{
    Race, TableError, TenantScope, TransactError, Transaction,
    agenda::{self, DueKind},
    pages::{Listed, PageRequest},
    until_settled,
};

use crate::{
    OrderWorkError, caused_by,
    settle_order::{Why, settle_order},
};

/// Forgets a customer who was erased, whether some of that was done before or not.
pub(crate) async fn forget_buyer(ctx: Ctx, told: Told<CustomerErased>) -> Result<(), OrderWorkError> {
    let Told { event, data: CustomerErased { customer_id } } = told;
    let (scope, cause) = (TenantScope::new(event.tenant_id), caused_by(&event));
    let desk = AfterSales { ctx: &ctx, scope, cause: &cause };
    for order in desk.orders_of(customer_id).await? {
        if order.status == OrderStatus::PendingPayment {
            settle_order(&desk, order.id, Why::BuyerErased).await?;
        }
        desk.forget_buyer(order.id).await?;
    }
    for id in shipments_of(&ctx, scope, customer_id).await? {
        forget_recipient(&ctx, scope, id).await?;
    }
    Ok(())
}

async fn shipments_of(ctx: &Ctx, scope: TenantScope, customer: CustomerId) -> Result<Vec<ShipmentId>, TableError> {
    let (shipments, mut request, mut all) = (Shipments::new(ctx.table(), scope), PageRequest::default(), Vec::new());
    loop {
        let Listed { items, last } = shipments.list_of(Party::Customer(customer), &request).await?;
        all.extend(items.iter().map(|shipment| shipment.id));
        if last.is_none() {
            return Ok(all);
        }
        request.after = last;
    }
}

/// The shipment knows that its recipient was erased; the shipping worker, which is told by the agenda, forgets the rest once it is
/// over.
async fn forget_recipient(ctx: &Ctx, scope: TenantScope, id: ShipmentId) -> Result<(), OrderWorkError> {
    let shipments = Shipments::new(ctx.table(), scope);
    until_settled(
        || OrderWorkError::Outrun,
        || async {
            let found = shipments.get(id).await?;
            let found = found.map(|shipment| shipment.trusted("its recipient was erased"));
            let Some(next) = found.and_then(|shipment| shipment.of_erased(ctx.now())) else {
                return Ok(Race::Settled(()));
            };
            let mut transaction = Transaction::new();
            shipments.save(&mut transaction, &next)?;
            // Labels that are being bought have their own time.
            if next.state != ShipmentState::Buying {
                agenda::set(&mut transaction, scope, DueKind::ShipmentWork, id, ctx.now())?;
            }
            match ctx.table().transact(transaction).await {
                Ok(()) => Ok(Race::Settled(())),
                Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
                Err(TransactError::Table(error)) => Err(error.into()),
            }
        },
    )
    .await
}

/// Deletes the carts of a user who was erased. What they keep of the stock runs out by itself.
pub(crate) async fn forget_carts(ctx: Ctx, told: Told<UserErased>) -> Result<(), OrderWorkError> {
    let Told { event, data: UserErased { user_id } } = told;
    let carts = Carts::new(ctx.table(), TenantScope::new(event.tenant_id));
    for cart in carts.of_user(user_id).await? {
        let mut transaction = Transaction::new();
        carts.delete(&mut transaction, &cart);
        match ctx.table().transact(transaction).await {
            Ok(()) => {}
            Err(TransactError::Cancelled(_)) => return Err(OrderWorkError::Outrun),
            Err(TransactError::Table(error)) => return Err(error.into()),
        }
    }
    Ok(())
}
