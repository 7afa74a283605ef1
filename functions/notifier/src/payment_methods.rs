//! `payment_method.expiring`: those who act for a customer hear that its saved card ends soon.

use cloud::Ctx;
use customers::Customers;
use events::{Told, payment_method::PaymentMethodExpiring};
use kernel::Party;
use messaging::{Channel, Notice, Recipient, SendWhile, Values, catalogue::PAYMENT_METHOD_EXPIRING};

use crate::{NotifierError, announcer::Announcer};

/// To every user who acts for the customer, by mail. One round trip for the customer, and those of the announcer.
pub(crate) async fn tell(ctx: Ctx, Told { event, data }: Told<PaymentMethodExpiring>) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(&ctx, &event).await? else { return Ok(()) };
    let Party::Customer(id) = data.customer_id else { return Ok(()) };
    let customer = Customers::new(ctx.table(), announcer.scope()).get(id).await?;
    let customer = customer.map(|customer| customer.trusted("the notifier writes to the customer itself"));
    let users = customer.map(|customer| customer.users).unwrap_or_default();
    let card = format!("{} •••• {}", data.brand, data.last4);
    let says = Values::new().text("card", &card).date("end", data.last_day);
    let notices = users.into_iter().map(|user_id| Notice {
        kind: PAYMENT_METHOD_EXPIRING,
        recipient: Recipient::User { user_id },
        channels: vec![Channel::Email],
        says: says.clone(),
        sender: announcer.sender(),
        needs: SendWhile::ActiveUser,
    });
    announcer.tell(notices).await
}
