//! Asking all carriers at once what sending costs. One that hangs holds up nobody: what is there after two seconds is the answer.

use std::time::Duration;

use cloud::Ctx;
use futures::future::join_all;
use kernel::Money;
use serde::Serialize;
use shipping::{CarrierRate, Parcel, QuoteOption, RateAsk, ShippingAddress, ShippingCarrier, ShippingSettings};
use table::TenantScope;

use crate::accounts;

/// How long carriers are waited for.
const WAITED_FOR: Duration = Duration::from_secs(2);

/// What is to be sent.
#[derive(Clone, Debug)]
pub struct ShippingAsk {
    /// From where.
    pub from: ShippingAddress,
    /// To where.
    pub to: ShippingAddress,
    /// What.
    pub parcel: Parcel,
    /// What the goods are worth, in the currency that prices are wanted in.
    pub goods: Money,
}

/// A carrier that gave no rates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unavailable {
    /// Who.
    pub carrier: ShippingCarrier,
    /// Why, in a word.
    pub reason: &'static str,
}

/// What all carriers said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedRates {
    /// The ways of sending.
    pub options: Vec<QuoteOption>,
    /// Who gave none.
    pub unavailable: Vec<Unavailable>,
}

/// Asks every carrier that the tenant's settings name, side by side. Round trips: the secret of each (cached), and up to two
/// seconds of calls.
pub async fn ask_all(ctx: &Ctx, scope: TenantScope, settings: &ShippingSettings, ask: &ShippingAsk) -> AskedRates {
    let kilograms = settings.charged_kilograms(ask.parcel, ask.from.country, ask.to.country);
    let wanted = RateAsk {
        from: ask.from.clone(),
        to: ask.to.clone(),
        parcel: ask.parcel,
        charged_kilograms: kilograms,
        couriers: settings.couriers.clone(),
        currency: ask.goods.currency(),
    };
    let all = join_all(settings.carriers.iter().map(|carrier| {
        let wanted = &wanted;
        async move {
            let answer = match carrier {
                ShippingCarrier::Own => Ok(settings.own_rates(&wanted.to, kilograms, ask.goods)),
                ShippingCarrier::RajaOngkir | ShippingCarrier::EasyPost => {
                    let call = rates_of(ctx, scope, *carrier, wanted);
                    tokio::time::timeout(WAITED_FOR, call).await.unwrap_or(Err("no_answer"))
                }
            };
            (*carrier, answer)
        }
    }))
    .await;
    let mut asked = AskedRates { options: Vec::new(), unavailable: Vec::new() };
    for (carrier, answer) in all {
        match answer {
            Ok(rates) => asked.options.extend(rates.into_iter().map(|rate| QuoteOption::of(carrier, rate))),
            Err(reason) => asked.unavailable.push(Unavailable { carrier, reason }),
        }
    }
    asked
}

async fn rates_of(
    ctx: &Ctx,
    scope: TenantScope,
    carrier: ShippingCarrier,
    ask: &RateAsk,
) -> Result<Vec<CarrierRate>, &'static str> {
    let account = accounts::find(ctx, scope, carrier).await.map_err(|error| {
        tracing::error!(%carrier, %error, "the key for a carrier was not read");
        "no_answer"
    })?;
    let account = account.ok_or("no_key")?;
    account.api.rates(ask).await.map_err(|error| error.word())
}
