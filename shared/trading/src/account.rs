//! An account as the fold of its events.

use crate::{
    book::TradeSide,
    denial::Denial,
    instrument::{Liquidity, Scale, TooLarge},
    order::{NewOrder, OrderKind, OrderState, TradeOrder},
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One position per instrument, or one per opening order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PositionMode {
    Netting,
    Hedging,
}

/// What an account may do now: everything, nothing but cancel, or only make positions smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TradingState {
    Active,
    Halted,
    Reducing,
}

/// The limits of an account's risk. Money is minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskLimits {
    /// No new risk once the equity is this much below the day's first.
    pub daily_loss: i64,
    pub most_positions: usize,
    /// No new risk once the equity is this share below its highest, in basis points.
    pub drawdown_bp: i64,
    pub orders_per_minute: usize,
}

/// How an account is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub mode: PositionMode,
    pub limits: RiskLimits,
}

/// A fill of an order. The venue names it: the same id again changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fill {
    pub id: String,
    pub order: String,
    pub position: String,
    pub symbol: String,
    pub side: TradeSide,
    pub steps: i64,
    pub price: i64,
    /// Minor units; a rebate is negative.
    pub fee: i64,
    pub liquidity: Liquidity,
    pub scale: Scale,
}

/// What is held: `steps` is negative when it is short, `cost` the signed sum of steps times price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TradePosition {
    pub symbol: String,
    pub steps: i64,
    pub cost: i64,
    pub scale: Scale,
}

impl TradePosition {
    /// The average price in points, rounded towards zero; none when nothing is held.
    pub const fn average(&self) -> Option<i64> {
        self.cost.checked_div(self.steps)
    }

    /// What closing all of it at a price would earn, in minor units.
    ///
    /// # Errors
    /// When it does not fit.
    pub fn unrealised(&self, price: i64) -> Result<i64, TooLarge> {
        let value = self.steps.checked_mul(price).ok_or(TooLarge)?;
        self.scale.worth(value.checked_sub(self.cost).ok_or(TooLarge)?)
    }

    /// Take a fill in; answers the point-steps that it realised. A part that closes takes its share of the cost with it, and
    /// the remainder of the division stays with what is left: nothing is lost.
    fn take(&mut self, side: TradeSide, steps: i64, price: i64) -> Result<i64, TooLarge> {
        let signed = steps.checked_mul(side.sign()).ok_or(TooLarge)?;
        let (mut realised, mut opened) = (0, signed);
        if self.steps.signum() == -signed.signum() && self.steps != 0 {
            let closed = signed.abs().min(self.steps.abs()) * self.steps.signum();
            opened = signed.checked_add(closed).ok_or(TooLarge)?;
            let share = i128::from(self.cost) * i128::from(closed);
            let share = share
                .checked_div(i128::from(self.steps))
                .and_then(|share| i64::try_from(share).ok())
                .ok_or(TooLarge)?;
            realised = closed.checked_mul(price).and_then(|value| value.checked_sub(share)).ok_or(TooLarge)?;
            self.steps -= closed;
            self.cost -= share;
        }
        self.steps = self.steps.checked_add(opened).ok_or(TooLarge)?;
        let cost = opened.checked_mul(price).ok_or(TooLarge)?;
        self.cost = self.cost.checked_add(cost).ok_or(TooLarge)?;
        Ok(realised)
    }
}

/// The state of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TradingAccount {
    pub settings: Settings,
    pub state: TradingState,
    /// Minor units: what was paid in, and realised, less fees.
    pub balance: i64,
    pub orders: BTreeMap<String, TradeOrder>,
    pub positions: BTreeMap<String, TradePosition>,
    pub fills: BTreeSet<String>,
    /// Point-steps realised per symbol, so that no rounding adds up over many fills.
    pub realised: BTreeMap<String, i64>,
    /// The UTC day, in days since 1970, and the equity at its first command.
    pub day: (i64, i64),
    /// The highest equity seen.
    pub peak: i64,
    /// When orders were submitted in the last minute.
    pub submits: Vec<i64>,
    pub next_number: u64,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type", deny_unknown_fields)]
pub enum TradeEvent {
    Opened {
        settings: Settings,
        deposit: i64,
        at_ms: i64,
    },
    StateChanged {
        to: TradingState,
    },
    DayStarted {
        day: i64,
        equity: i64,
    },
    PeakRaised {
        equity: i64,
    },
    Denied {
        order: NewOrder,
        denial: Denial,
        at_ms: i64,
    },
    Placed {
        order: NewOrder,
        at_ms: i64,
    },
    Moved {
        order: String,
        to: OrderState,
    },
    /// The venue refused the order.
    Rejected {
        order: String,
        denial: Denial,
    },
    /// A change of an order was refused; the order works on as it was.
    UpdateRefused {
        order: String,
        denial: Denial,
    },
    Triggered {
        order: String,
    },
    Updated {
        order: String,
        steps: i64,
        kind: OrderKind,
    },
    Filled {
        fill: Fill,
    },
}

/// An event that does not follow from the state before it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error("there is no account")]
    NoAccount,
    #[error("the account is open already")]
    OpenAlready,
    #[error("there is no order of that key")]
    NoOrder,
    #[error("an order cannot go from {from:?} to {to:?}")]
    Transition { from: OrderState, to: OrderState },
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
}

/// Fold one event into the account. A fill of a known id changes nothing, neither does an order of a known key.
///
/// # Errors
/// [`Broken`] when the event cannot follow; the account is then as it was before.
pub fn apply(state: &mut Option<TradingAccount>, event: &TradeEvent) -> Result<(), Broken> {
    if let TradeEvent::Opened { settings, deposit, at_ms } = event {
        if state.is_some() {
            return Err(Broken::OpenAlready);
        }
        *state = Some(TradingAccount {
            settings: *settings,
            state: TradingState::Active,
            balance: *deposit,
            orders: BTreeMap::new(),
            positions: BTreeMap::new(),
            fills: BTreeSet::new(),
            realised: BTreeMap::new(),
            day: (at_ms.div_euclid(86_400_000), *deposit),
            peak: *deposit,
            submits: Vec::new(),
            next_number: 0,
        });
        return Ok(());
    }
    let Some(account) = state else {
        // A denial for want of an account is an event of no account.
        return if matches!(event, TradeEvent::Denied { .. }) { Ok(()) } else { Err(Broken::NoAccount) };
    };
    match event {
        TradeEvent::Opened { .. } | TradeEvent::UpdateRefused { .. } => {}
        TradeEvent::Rejected { order, .. } => account.step(order, OrderState::Rejected)?,
        TradeEvent::StateChanged { to } => account.state = *to,
        TradeEvent::DayStarted { day, equity } => account.day = (*day, *equity),
        TradeEvent::PeakRaised { equity } => account.peak = *equity,
        TradeEvent::Denied { order, at_ms, .. } => account.note(order, OrderState::Denied, *at_ms),
        TradeEvent::Placed { order, at_ms } => account.note(order, OrderState::Initialized, *at_ms),
        TradeEvent::Moved { order, to } => account.step(order, *to)?,
        TradeEvent::Triggered { order } => {
            let order = account.orders.get_mut(order).ok_or(Broken::NoOrder)?;
            order.triggered = true;
            if order.state.may_become(OrderState::Triggered) {
                order.state = OrderState::Triggered;
            }
        }
        TradeEvent::Updated { order, steps, kind } => {
            let order = account.orders.get_mut(order).ok_or(Broken::NoOrder)?;
            order.asked.steps = *steps;
            order.asked.kind = *kind;
        }
        TradeEvent::Filled { fill } => account.fill(fill)?,
    }
    Ok(())
}

impl TradingAccount {
    fn note(&mut self, asked: &NewOrder, state: OrderState, at_ms: i64) {
        if self.orders.contains_key(&asked.key) {
            return;
        }
        let number = self.next_number;
        let order = TradeOrder { asked: asked.clone(), state, filled: 0, triggered: false, placed_ms: at_ms, number };
        self.orders.insert(asked.key.clone(), order);
        self.next_number += 1;
        self.submits.retain(|before| at_ms - before < 60_000);
        self.submits.push(at_ms);
    }

    fn step(&mut self, key: &str, to: OrderState) -> Result<(), Broken> {
        let order = self.orders.get_mut(key).ok_or(Broken::NoOrder)?;
        if !order.state.may_become(to) {
            return Err(Broken::Transition { from: order.state, to });
        }
        order.state = to;
        Ok(())
    }

    fn fill(&mut self, fill: &Fill) -> Result<(), Broken> {
        if self.fills.contains(&fill.id) {
            return Ok(());
        }
        let order = self.orders.get(&fill.order).ok_or(Broken::NoOrder)?;
        let filled = order.filled.checked_add(fill.steps).ok_or(TooLarge)?;
        let to = if filled >= order.asked.steps { OrderState::Filled } else { OrderState::PartiallyFilled };
        if order.state != to && !order.state.may_become(to) {
            return Err(Broken::Transition { from: order.state, to });
        }
        let empty = TradePosition { symbol: fill.symbol.clone(), steps: 0, cost: 0, scale: fill.scale };
        let mut position = self.positions.get(&fill.position).cloned().unwrap_or(empty);
        let points = position.take(fill.side, fill.steps, fill.price)?;
        let before = self.realised.get(&fill.symbol).copied().unwrap_or(0);
        let after = before.checked_add(points).ok_or(TooLarge)?;
        let earned = fill.scale.worth(after)?.checked_sub(fill.scale.worth(before)?).ok_or(TooLarge)?;
        let balance = self.balance.checked_add(earned).and_then(|sum| sum.checked_sub(fill.fee)).ok_or(TooLarge)?;
        // From here on nothing fails: a fill is taken in whole or not at all.
        self.balance = balance;
        self.realised.insert(fill.symbol.clone(), after);
        if position.steps == 0 {
            self.positions.remove(&fill.position);
        } else {
            self.positions.insert(fill.position.clone(), position);
        }
        if let Some(order) = self.orders.get_mut(&fill.order) {
            order.filled = filled;
            order.state = to;
        }
        self.fills.insert(fill.id.clone());
        Ok(())
    }
}
