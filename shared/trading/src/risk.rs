//! The gate that every order passes. It fails closed: what it cannot know, it denies.

use crate::{
    account::{PositionMode, TradingAccount, TradingState},
    denial::{Denial, DenialCode},
    instrument::{Instrument, MOST_POINTS, MOST_STEPS, TooLarge},
    market::Market,
    order::{NewOrder, OrderKind, TimeInForce},
};

/// Whether an order may go out, asked in a fixed order: account, trading state, instrument, precision, quantity, notional, time,
/// reduce-only, margin, daily loss, open positions, drawdown, rate.
///
/// # Errors
/// The first reason against it.
pub fn check(account: Option<&TradingAccount>, market: &Market, order: &NewOrder, now_ms: i64) -> Result<(), Denial> {
    let account = account.ok_or(Denial::of(DenialCode::AccountNotFound))?;
    let reduces = order.after.is_some() && order.reduce_only || account.room_to_reduce(order) >= order.steps;
    match account.state {
        TradingState::Active => {}
        TradingState::Halted => return Err(Denial::of(DenialCode::TradingHalted)),
        TradingState::Reducing if reduces => {}
        TradingState::Reducing => return Err(Denial::of(DenialCode::TradingReducing)),
    }
    let instrument = market.instruments.get(&order.symbol).ok_or(Denial::of(DenialCode::InstrumentNotFound))?;
    form(instrument, order)?;
    if order.post_only && !matches!(order.kind, OrderKind::Limit { .. }) {
        return Err(Denial::of(DenialCode::PostOnlyNeedsLimit));
    }
    let price = market.reference(order).ok_or(Denial::of(DenialCode::MarketNoQuote))?;
    let notional = instrument.notional(price, order.steps)?;
    if notional > instrument.max_notional {
        return Err(Denial::with(
            DenialCode::NotionalAboveMax,
            [("notional", notional), ("max", instrument.max_notional)],
        ));
    }
    if let TimeInForce::Gtd { until_ms } = order.tif
        && until_ms <= now_ms
    {
        return Err(Denial::with(DenialCode::TimeInPast, [("until_ms", until_ms), ("now_ms", now_ms)]));
    }
    if order.reduce_only && !reduces {
        return Err(Denial::of(DenialCode::ReduceOnlyWouldOpen));
    }
    if !reduces {
        new_risk(account, market, instrument.margin(notional)?)?;
    }
    let lately = account.submits.iter().filter(|before| now_ms - **before < 60_000).count();
    if lately >= account.settings.limits.orders_per_minute {
        return Err(Denial::of(DenialCode::SubmitRateExceeded));
    }
    Ok(())
}

/// Whether the prices and the quantity can be said of this instrument.
pub(crate) fn form(instrument: &Instrument, order: &NewOrder) -> Result<(), Denial> {
    for price in order.kind.prices() {
        if !(1..=MOST_POINTS).contains(&price) || price.checked_rem(instrument.tick_points) != Some(0) {
            return Err(Denial::with(DenialCode::PricePrecision, [("price", price), ("tick", instrument.tick_points)]));
        }
    }
    let (steps, max) = (order.steps, instrument.max_steps.min(MOST_STEPS));
    if steps.checked_rem(instrument.step_multiple) != Some(0) {
        return Err(Denial::with(DenialCode::QuantityStep, [("steps", steps), ("multiple", instrument.step_multiple)]));
    }
    if steps < instrument.min_steps.max(1) {
        return Err(Denial::with(DenialCode::QuantityBelowMin, [("steps", steps), ("min", instrument.min_steps)]));
    }
    if steps > max {
        return Err(Denial::with(DenialCode::QuantityAboveMax, [("steps", steps), ("max", max)]));
    }
    Ok(())
}

/// What only an order that adds risk has to pass.
fn new_risk(account: &TradingAccount, market: &Market, margin: i64) -> Result<(), Denial> {
    let limits = account.settings.limits;
    let equity = account.equity(market)?;
    let used = account.margin_used(market)?;
    let free = equity.checked_sub(used).ok_or(TooLarge)?;
    if margin > free {
        return Err(Denial::with(DenialCode::MarginInsufficient, [("margin", margin), ("free", free)]));
    }
    let lost = account.day.1.checked_sub(equity).ok_or(TooLarge)?;
    if lost >= limits.daily_loss {
        return Err(Denial::with(DenialCode::DailyLossReached, [("lost", lost), ("limit", limits.daily_loss)]));
    }
    if account.positions.len() >= limits.most_positions {
        return Err(Denial::of(DenialCode::PositionsAboveMax));
    }
    let down = i128::from(account.peak) - i128::from(equity);
    if down * 10_000 >= i128::from(account.peak) * i128::from(limits.drawdown_bp) {
        return Err(Denial::with(DenialCode::DrawdownLocked, [("equity", equity), ("peak", account.peak)]));
    }
    Ok(())
}

impl TradingAccount {
    /// The position that an order would deal in.
    pub fn position_key<'o>(&self, order: &'o NewOrder) -> &'o str {
        match self.settings.mode {
            PositionMode::Netting => &order.symbol,
            PositionMode::Hedging => order.closes.as_deref().unwrap_or(&order.key),
        }
    }

    /// How many steps the order can take off its position.
    pub fn room_to_reduce(&self, order: &NewOrder) -> i64 {
        let position = self.positions.get(self.position_key(order)).filter(|position| position.symbol == order.symbol);
        position
            .filter(|position| position.steps.signum() == -order.side.sign())
            .map_or(0, |position| position.steps.abs())
    }

    /// The balance and what closing every position now would earn.
    ///
    /// # Errors
    /// When a position has no quote, or a sum does not fit.
    pub fn equity(&self, market: &Market) -> Result<i64, Denial> {
        let mut equity = self.balance;
        for position in self.positions.values() {
            let price = market.closing(position).ok_or(Denial::of(DenialCode::MarketNoQuote))?;
            equity = equity.checked_add(position.unrealised(price)?).ok_or(TooLarge)?;
        }
        Ok(equity)
    }

    /// The margin of every position, and of every open order that is not bound to reduce.
    ///
    /// # Errors
    /// When an instrument or a quote is missing, or a sum does not fit.
    pub fn margin_used(&self, market: &Market) -> Result<i64, Denial> {
        let mut used = 0_i64;
        for position in self.positions.values() {
            let instrument =
                market.instruments.get(&position.symbol).ok_or(Denial::of(DenialCode::InstrumentNotFound))?;
            let margin = instrument.margin(instrument.scale.worth(position.cost.abs())?)?;
            used = used.checked_add(margin).ok_or(TooLarge)?;
        }
        for order in self.orders.values().filter(|order| order.state.is_open() && !order.asked.reduce_only) {
            let instrument =
                market.instruments.get(&order.asked.symbol).ok_or(Denial::of(DenialCode::InstrumentNotFound))?;
            let price = market.reference(&order.asked).ok_or(Denial::of(DenialCode::MarketNoQuote))?;
            used = used.checked_add(instrument.margin(instrument.notional(price, order.left())?)?).ok_or(TooLarge)?;
        }
        Ok(used)
    }
}
