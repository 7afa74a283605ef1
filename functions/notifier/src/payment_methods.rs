//! `payment_method.expiring`: those who act for a customer hear that its saved card ends soon.

use cloud::Ctx;
use events::{Told, payment_method::PaymentMethodExpiring};
use messaging::{Values, catalogue::PAYMENT_METHOD_EXPIRING};

use crate::{NotifierError, announcer::Announcer, money::customer::to_customer};

/// To every user who acts for the customer, by mail. One round trip for the customer, and those of the announcer.
pub(crate) async fn tell(ctx: Ctx, Told { event, data }: Told<PaymentMethodExpiring>) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(&ctx, &event).await? else { return Ok(()) };
    let card = format!("{} •••• {}", data.brand, data.last4);
    let says = Values::new().text("card", &card).date("end", data.last_day);
    let notices = to_customer(&announcer, data.customer_id, PAYMENT_METHOD_EXPIRING, says).await?;
    announcer.tell(notices).await
}
