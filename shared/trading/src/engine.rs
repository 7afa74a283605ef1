//! Commands to events: what is asked is checked, worked against the book, and followed to the orders that hang on it.

use crate::{
    account::{Broken, Fill, Settings, TradeEvent, TradingAccount, TradingState, apply},
    denial::{Denial, DenialCode},
    instrument::Liquidity,
    market::Market,
    order::{NewOrder, OrderKind, OrderState, TimeInForce, TradeOrder, Trigger},
    risk::check,
};
use std::collections::VecDeque;

/// What is asked of the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TradeCommand {
    Open {
        settings: Settings,
        deposit: i64,
    },
    /// The same key again changes nothing.
    Submit(NewOrder),
    Modify {
        order: String,
        steps: i64,
        kind: OrderKind,
    },
    Cancel {
        order: String,
    },
    SetState(TradingState),
    /// The book of this symbol has changed.
    Look {
        symbol: String,
    },
    /// A venue tells of a fill; the same id again changes nothing.
    Report(Fill),
}

/// What came of a command. The events have happened, also when the command broke off after them.
#[derive(Debug, PartialEq, Eq)]
pub struct EngineAnswer {
    pub events: Vec<TradeEvent>,
    pub broken: Option<Broken>,
}

/// Carry out one command at a time; `state` changes by the events of the answer alone.
pub fn handle(
    state: &mut Option<TradingAccount>,
    market: &mut Market,
    command: TradeCommand,
    now_ms: i64,
) -> EngineAnswer {
    let mut turn = Turn { state, market, now_ms, events: Vec::new(), todo: VecDeque::new() };
    let broken = turn.run(command).err();
    EngineAnswer { events: turn.events, broken }
}

/// Whether an order has just come or has waited in the book.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Arrival {
    New,
    Waiting,
}

struct Turn<'a> {
    state: &'a mut Option<TradingAccount>,
    market: &'a mut Market,
    now_ms: i64,
    events: Vec<TradeEvent>,
    todo: VecDeque<(String, Arrival)>,
}

impl Turn<'_> {
    fn emit(&mut self, event: TradeEvent) -> Result<(), Broken> {
        apply(self.state, &event)?;
        self.events.push(event);
        Ok(())
    }

    fn order(&self, key: &str) -> Option<TradeOrder> {
        self.state.as_ref()?.orders.get(key).cloned()
    }

    /// The open orders that this holds of, in the order in which they came.
    fn open_orders(&self, holds: impl Fn(&TradeOrder) -> bool) -> Vec<TradeOrder> {
        let orders = self.state.iter().flat_map(|account| account.orders.values());
        let mut open: Vec<TradeOrder> = orders.filter(|order| order.state.is_open() && holds(order)).cloned().collect();
        open.sort_by_key(|order| order.number);
        open
    }

    fn run(&mut self, command: TradeCommand) -> Result<(), Broken> {
        self.mark()?;
        match command {
            TradeCommand::Open { settings, deposit } => {
                self.emit(TradeEvent::Opened { settings, deposit, at_ms: self.now_ms })?;
            }
            TradeCommand::Submit(order) => self.submit(order)?,
            TradeCommand::Modify { order, steps, kind } => self.modify(order, steps, kind)?,
            TradeCommand::Cancel { order } => {
                if self.order(&order).is_some_and(|order| order.state.is_open()) {
                    self.close(&order, OrderState::Canceled)?;
                }
            }
            TradeCommand::SetState(to) => self.emit(TradeEvent::StateChanged { to })?,
            TradeCommand::Look { symbol } => {
                let mut waiting =
                    self.open_orders(|order| order.asked.symbol == symbol && order.state != OrderState::Emulated);
                // A better limit comes first, and of equal ones the older.
                waiting.sort_by_key(|order| {
                    (order.asked.kind.limit().map(|price| -price * order.asked.side.sign()), order.number)
                });
                self.todo.extend(waiting.into_iter().map(|order| (order.asked.key, Arrival::Waiting)));
            }
            TradeCommand::Report(fill) => {
                if self.state.as_ref().is_none_or(|account| !account.fills.contains(&fill.id)) {
                    self.fill(fill)?;
                }
            }
        }
        while let Some((key, arrival)) = self.todo.pop_front() {
            self.work(&key, arrival)?;
        }
        self.mark()
    }

    /// Start the day, raise the peak and expire what is over.
    fn mark(&mut self) -> Result<(), Broken> {
        let Some(account) = self.state.as_ref() else { return Ok(()) };
        let (day, today, peak) = (account.day.0, self.now_ms.div_euclid(86_400_000), account.peak);
        if let Ok(equity) = account.equity(self.market) {
            if today > day {
                self.emit(TradeEvent::DayStarted { day: today, equity })?;
            }
            if equity > peak {
                self.emit(TradeEvent::PeakRaised { equity })?;
            }
        }
        let now_ms = self.now_ms;
        let over = self.open_orders(|order| match order.asked.tif {
            TimeInForce::Day => order.placed_ms.div_euclid(86_400_000) < today,
            TimeInForce::Gtd { until_ms } => until_ms <= now_ms,
            TimeInForce::Gtc | TimeInForce::Ioc | TimeInForce::Fok => false,
        });
        for order in over {
            self.close(&order.asked.key, OrderState::Expired)?;
        }
        Ok(())
    }

    fn submit(&mut self, order: NewOrder) -> Result<(), Broken> {
        if self.order(&order.key).is_some() {
            return Ok(());
        }
        let parent = order.after.as_ref().map(|parent| self.order(parent));
        let orphan = parent
            .as_ref()
            .is_some_and(|parent| parent.as_ref().is_none_or(|parent| !parent.state.is_open() && parent.filled == 0));
        let refused = if orphan { Err(Denial::of(DenialCode::ParentNotFound)) } else { Ok(()) };
        if let Err(denial) = refused.and_then(|()| check(self.state.as_ref(), self.market, &order, self.now_ms)) {
            return self.emit(TradeEvent::Denied { order, denial, at_ms: self.now_ms });
        }
        let key = order.key.clone();
        let takes = self.market.books.get(&order.symbol).and_then(|book| book.best(order.side.opposite()));
        let would_take = takes.zip(order.kind.limit()).is_some_and(|(price, limit)| order.side.accepts(limit, price));
        let refused = order.post_only && would_take;
        self.emit(TradeEvent::Placed { order, at_ms: self.now_ms })?;
        if let Some(Some(parent)) = parent {
            self.emit(TradeEvent::Moved { order: key, to: OrderState::Emulated })?;
            return self.release(&parent.asked.key);
        }
        if refused {
            return self.emit(TradeEvent::Rejected { order: key, denial: Denial::of(DenialCode::WouldTake) });
        }
        self.emit(TradeEvent::Moved { order: key.clone(), to: OrderState::Accepted })?;
        self.todo.push_back((key, Arrival::New));
        Ok(())
    }

    fn modify(&mut self, key: String, steps: i64, kind: OrderKind) -> Result<(), Broken> {
        let order = self.order(&key).ok_or(Broken::NoOrder)?;
        let changed = NewOrder { steps, kind, ..order.asked.clone() };
        let allowed = if !order.state.is_open() || steps <= order.filled {
            Err(Denial::of(DenialCode::OrderNotOpen))
        } else {
            check(self.state.as_ref(), self.market, &changed, self.now_ms)
        };
        if let Err(denial) = allowed {
            return self.emit(TradeEvent::UpdateRefused { order: key, denial });
        }
        self.emit(TradeEvent::Updated { order: key.clone(), steps, kind })?;
        if order.state != OrderState::Emulated {
            self.todo.push_back((key, Arrival::New));
        }
        Ok(())
    }

    /// End an order, and with it the orders that waited for a fill that will not come.
    fn close(&mut self, key: &str, to: OrderState) -> Result<(), Broken> {
        self.emit(TradeEvent::Moved { order: key.to_owned(), to })?;
        self.release(key)
    }

    /// Let go of the orders that wait for this one: exits at its first fill, others when it has ended.
    fn release(&mut self, parent: &str) -> Result<(), Broken> {
        let mut ended = VecDeque::from([parent.to_owned()]);
        while let Some(parent) = ended.pop_front() {
            let Some(parent) = self.order(&parent) else { continue };
            let waits = |order: &TradeOrder| {
                order.state == OrderState::Emulated && order.asked.after.as_deref() == Some(parent.asked.key.as_str())
            };
            for child in self.open_orders(waits) {
                let key = child.asked.key.clone();
                if parent.filled == 0 && !parent.state.is_open() {
                    self.emit(TradeEvent::Moved { order: key.clone(), to: OrderState::Canceled })?;
                    ended.push_back(key);
                } else if parent.filled > 0 && (child.asked.reduce_only || !parent.state.is_open()) {
                    if !child.asked.reduce_only && child.asked.steps > parent.filled {
                        self.emit(TradeEvent::Updated {
                            order: key.clone(),
                            steps: parent.filled,
                            kind: child.asked.kind,
                        })?;
                    }
                    self.emit(TradeEvent::Moved { order: key.clone(), to: OrderState::Released })?;
                    self.emit(TradeEvent::Moved { order: key.clone(), to: OrderState::Accepted })?;
                    self.todo.push_back((key, Arrival::New));
                }
            }
        }
        Ok(())
    }

    /// Meet one order with the book.
    fn work(&mut self, key: &str, arrival: Arrival) -> Result<(), Broken> {
        let Some(order) = self.order(key).filter(|order| order.state.is_open()) else { return Ok(()) };
        if !self.reached(&order)? {
            return Ok(());
        }
        let asked = &order.asked;
        let room = self.state.as_ref().map_or(0, |account| account.room_to_reduce(asked));
        let want = if asked.reduce_only { order.left().min(room) } else { order.left() };
        if want == 0 {
            return self.close(key, OrderState::Canceled);
        }
        let Some(instrument) = self.market.instruments.get(&asked.symbol).cloned() else { return Ok(()) };
        let limit = asked.kind.limit();
        let book = self.market.books.entry(asked.symbol.clone()).or_default();
        if asked.tif == TimeInForce::Fok && book.available(asked.side, limit) < want {
            return self.close(key, OrderState::Canceled);
        }
        // An order that waited is met at its own price; one that comes takes the prices that it finds.
        let waited = arrival == Arrival::Waiting && (order.triggered || asked.kind.trigger() == Trigger::Now);
        let (liquidity, own) = if waited { (Liquidity::Maker, limit) } else { (Liquidity::Taker, None) };
        for part in book.take(asked.side, limit, want) {
            let before = self.order(key).map_or(0, |order| order.filled);
            let price = own.unwrap_or(part.price);
            let fee = instrument.fee(instrument.notional(price, part.steps)?, liquidity)?;
            let position = self.state.as_ref().map_or("", |account| account.position_key(asked)).to_owned();
            let (order, symbol, scale) = (key.to_owned(), asked.symbol.clone(), instrument.scale);
            let id = format!("{key}#{before}");
            self.fill(Fill {
                id,
                order,
                position,
                symbol,
                side: asked.side,
                steps: part.steps,
                price,
                fee,
                liquidity,
                scale,
            })?;
        }
        let rests = limit.is_some() && !matches!(asked.tif, TimeInForce::Ioc | TimeInForce::Fok);
        if !rests && self.order(key).is_some_and(|order| order.state.is_open()) {
            self.close(key, OrderState::Canceled)?;
        }
        Ok(())
    }

    /// Whether the order may meet the market now; a trailing stop is moved first.
    fn reached(&mut self, order: &TradeOrder) -> Result<bool, Broken> {
        if order.triggered {
            return Ok(true);
        }
        let (asked, mut trigger) = (&order.asked, order.asked.kind.trigger());
        if trigger == Trigger::Now {
            return Ok(true);
        }
        let book = self.market.books.get(&asked.symbol);
        let Some(price) = book.and_then(|book| book.best(asked.side.opposite())) else { return Ok(false) };
        if let OrderKind::TrailingStop { distance, stop } = asked.kind {
            let moved = price + distance * asked.side.sign();
            if stop.is_none_or(|stop| stop != moved && asked.side.accepts(stop, moved)) {
                let kind = OrderKind::TrailingStop { distance, stop: Some(moved) };
                self.emit(TradeEvent::Updated { order: asked.key.clone(), steps: asked.steps, kind })?;
                trigger = kind.trigger();
            }
        }
        let reached = match trigger {
            Trigger::Now => true,
            Trigger::Unset => false,
            Trigger::Stop(stop) => asked.side.opposite().accepts(stop, price),
            Trigger::Touch(touch) => asked.side.accepts(touch, price),
        };
        if reached {
            self.emit(TradeEvent::Triggered { order: asked.key.clone() })?;
        }
        Ok(reached)
    }

    /// Take a fill in, take it off the others of its group, and let go of what waited for it.
    fn fill(&mut self, fill: Fill) -> Result<(), Broken> {
        let (key, steps) = (fill.order.clone(), fill.steps);
        self.emit(TradeEvent::Filled { fill })?;
        let Some(order) = self.order(&key) else { return Ok(()) };
        if let Some(group) = order.asked.group.as_deref() {
            for other in self.open_orders(|other| other.asked.group.as_deref() == Some(group) && other.asked.key != key)
            {
                let (other_key, kind) = (other.asked.key.clone(), other.asked.kind);
                if other.left() <= steps {
                    self.close(&other_key, OrderState::Canceled)?;
                } else {
                    self.emit(TradeEvent::Updated { order: other_key, steps: other.asked.steps - steps, kind })?;
                }
            }
        }
        self.release(&key)
    }
}
