//! The demo journey: one whole month of billing through the public HTTP API, told step by step.
//!
//! It knows nothing of the process behind the URLs: `cargo dev` plays it on the local cloud, `cargo xtask sam-test` on a
//! deployed stack, and the tests on both.

mod billing;
mod caller;
mod changes;
mod goods;
mod limits;
mod money;
mod parcel;
mod people;
mod shop;
mod steps;
mod teller;
pub mod welcome;

use caller::Caller;
pub use caller::JourneyError;
pub use people::Acquaintance;
pub use teller::{Silent, Teller, Told};

/// Where the journey is played.
#[derive(Clone, Debug)]
pub struct Stage {
    /// The public API, without a slash at the end.
    pub api: String,
    /// The control API, without a slash at the end: the URL before `/_local`.
    pub control: String,
    /// The operator's address and password.
    pub operator: (String, String),
}

/// Plays the journey. Answers with whom it met.
///
/// # Errors
/// An answer was not what it must be; the error says which call and what came back.
pub async fn play(stage: &Stage, teller: &dyn Teller) -> Result<Vec<Acquaintance>, JourneyError> {
    let caller = Caller::new(stage, teller)?;
    let (operator_email, operator_password) = &stage.operator;

    teller.step("The operator signs in, and a company signs up");
    let tenant = steps::sign_up(&caller, operator_email, operator_password).await?;

    teller.step("The company says how it bills: who it is, and that it collects PPN");
    billing::say_how_it_bills(&caller, &tenant).await?;

    teller.step("Customers register, subscribe and use the service");
    let customers = steps::subscribe(&caller, &tenant).await?;
    teller.step("The first fees are invoiced at once, in advance");
    billing::first_invoices(&caller, &tenant, &customers).await?;
    steps::use_service(&caller, &tenant, &customers).await?;

    teller.step("The month ends: one invoice each, of the usage that was and the fee of the month that begins");
    let invoices = billing::end_month(&caller, &tenant, &customers).await?;

    teller.step("The customer pays by BCA virtual account");
    steps::pay(&caller, &tenant, &customers, &invoices).await?;

    teller.step(
        "The other ways of money: QRIS at the invoice's page, a card at Stripe, the balance, and a part given back",
    );
    money::move_it(&caller, &tenant, &customers, &invoices).await?;

    teller.step("Another customer wants more, in the middle of the month, with a coupon");
    changes::upgrade(&caller, &tenant, &customers).await?;
    teller.step("The company's server asks before it works: the plan's quota is met");
    changes::quota(&caller, &tenant, &customers).await?;
    teller.step("Somebody on the free plan calls too often, and is told when to come again");
    limits::too_often(&caller, &tenant).await?;

    teller.step("The company sells coffee too: two sizes, what is there of them, couriers, and a code");
    goods::put_on_sale(&caller, &tenant).await?;
    teller.step("Two customers want the last bag at once: one gets it, orders with the code and pays by QRIS");
    let bought = shop::buy(&caller, &customers).await?;
    teller.step("The order is sent, and followed until it is there");
    parcel::send(&caller, &tenant, &bought).await?;
    teller.step("One of three bags comes back, and its money goes back");
    parcel::bring_one_back(&caller, &tenant, &bought).await?;

    teller.step("Everything happens again, and nothing changes");
    steps::repeat(&caller, &tenant, &customers).await?;
    teller.done();
    let owner = Acquaintance::of("owner of the company", &tenant.owner);
    let met = customers
        .iter()
        .map(|customer| Acquaintance::of(&format!("customer who pays in {}", customer.currency), &customer.person));
    Ok([owner].into_iter().chain(met).collect())
}
