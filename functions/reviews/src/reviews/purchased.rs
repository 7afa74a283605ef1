//! What was bought, of what somebody reviews.

use catalogue::{Products, WholeProduct};
use customers::Customer;
use kernel::{CustomerId, OrderId, Party, ProductId, VariantId};
use orders::{Order, OrderFulfilment, OrderStatus, Orders, OrdersOf};
use reviews::{ProductReviewError, Purchase, PurchaseStage};
use table::{TableError, TenantScope, pages::PageRequest};
use web::{Api, Problem};

/// What somebody names of what they bought.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named {
    pub(crate) product: ProductId,
    pub(crate) order: Option<OrderId>,
    pub(crate) variant: Option<VariantId>,
}

impl Named {
    /// The product, which is or was on sale. One query.
    ///
    /// # Errors
    /// Not found.
    pub(crate) async fn product(&self, api: &Api, scope: TenantScope) -> Result<WholeProduct, Problem> {
        let found = Products::new(api.table(), scope).get(self.product).await?;
        let found = found.filter(|article| article.product.was_on_sale(api.now()));
        found.ok_or_else(|| Problem::not_found().named_at("/productId"))
    }

    /// The line of the customer's order that it is of; none where no order is named. One read.
    ///
    /// # Errors
    /// Not found for an order that is not the customer's; `REVIEW_NOT_BOUGHT`; 422 where a variant must be named.
    pub(crate) async fn purchase(
        &self,
        api: &Api,
        scope: TenantScope,
        customer: &Customer,
    ) -> Result<Option<Purchase>, Problem> {
        let Some(id) = self.order else {
            return match self.variant {
                None => Ok(None),
                Some(_) => Err(Problem::invalid("/orderId", "REQUIRED", "a variant is of an order: name that too")),
            };
        };
        let found = Orders::new(api.table(), scope).get(id).await?;
        let order = found.and_then(|order| order.open_for(&[Party::Customer(customer.id)]));
        let order = order.ok_or_else(|| Problem::not_found().named_at("/orderId"))?;
        let of_product = order.lines.iter().filter(|line| line.product_id == self.product);
        let mut variants: Vec<VariantId> = of_product.map(|line| line.variant_id).collect();
        variants.dedup();
        let variant_id = match (self.variant, variants.as_slice()) {
            (_, []) => return Err(ProductReviewError::NotBought.into()),
            (Some(variant), all) if all.contains(&variant) => variant,
            (Some(_), _) => return Err(ProductReviewError::NotBought.into()),
            (None, [only]) => *only,
            (None, _) => {
                let detail = "the order has several variants of the product: name one";
                return Err(Problem::invalid("/variantId", "REQUIRED", detail));
            }
        };
        Ok(Some(Purchase { order_id: id, variant_id, stage: stage(&order) }))
    }
}

/// Whether one of the last twenty orders of a customer was paid. One query and one batch of reads.
///
/// # Errors
/// Those of the table.
pub(crate) async fn has_bought(api: &Api, scope: TenantScope, customer: CustomerId) -> Result<bool, TableError> {
    let of = OrdersOf::Customer(Party::Customer(customer));
    let last = Orders::new(api.table(), scope).list(of, None, &PageRequest::default()).await?;
    Ok(last.items.iter().any(|order| stage(order) >= PurchaseStage::Paid))
}

/// How far an order is. What came back was there before.
const fn stage(order: &Order) -> PurchaseStage {
    match (order.status, order.fulfilment) {
        (OrderStatus::Cancelled | OrderStatus::Expired, _) => PurchaseStage::Over,
        (OrderStatus::PendingPayment, _) => PurchaseStage::Open,
        (OrderStatus::Completed, _) | (_, OrderFulfilment::Delivered | OrderFulfilment::Returned) => {
            PurchaseStage::Delivered
        }
        (
            OrderStatus::Confirmed | OrderStatus::PartiallyFulfilled | OrderStatus::Fulfilled,
            OrderFulfilment::None | OrderFulfilment::Partial | OrderFulfilment::Shipped,
        ) => PurchaseStage::Paid,
    }
}
