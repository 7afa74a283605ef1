//! Worked cases and properties of the engine.

use crate::{engine::EngineAnswer, *};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn instrument(symbol: &str, units: i64, digits: u8) -> Instrument {
    Instrument {
        symbol: symbol.to_owned(),
        digits,
        tick_points: 1,
        step_multiple: 1,
        min_steps: 1,
        max_steps: 100_000,
        scale: Scale::of_contract(units, 2, digits).unwrap(),
        max_notional: 1_000_000_000_000,
        margin_bp: 100,
        fees: FeeTier { maker_ppm: 0, taker_ppm: 0 },
    }
}

fn settings(mode: PositionMode) -> Settings {
    let limits =
        RiskLimits { daily_loss: 1_000_000_000, most_positions: 100, drawdown_bp: 9_000, orders_per_minute: 1_000 };
    Settings { mode, limits }
}

/// An account with $100,000 and a market with the book of the worked case.
struct Scene {
    state: Option<TradingAccount>,
    market: Market,
    events: Vec<TradeEvent>,
    now_ms: i64,
}

impl Scene {
    fn new(mode: PositionMode) -> Self {
        let mut market = Market::default();
        market.instruments.insert("X".to_owned(), instrument("X", 1, 2));
        let mut scene = Self { state: None, market, events: Vec::new(), now_ms: 1_000 };
        scene.depth(&[(9_990, 50)], &[(10_000, 3), (10_010, 5), (10_030, 10)]);
        scene.send(TradeCommand::Open { settings: settings(mode), deposit: 10_000_000 });
        scene
    }

    fn depth(&mut self, bids: &[(i64, i64)], asks: &[(i64, i64)]) {
        let mut book = Book::default();
        for (side, levels) in [(TradeSide::Buy, bids), (TradeSide::Sell, asks)] {
            for (price, steps) in levels {
                book.add(side, *price, Resting { maker: "m".to_owned(), steps: *steps });
            }
        }
        self.market.books.insert("X".to_owned(), book);
    }

    fn quote(&mut self, bid: i64, ask: i64) {
        self.market.books.insert("X".to_owned(), Book::of_quote(bid, ask, 1_000));
        self.send(TradeCommand::Look { symbol: "X".to_owned() });
    }

    fn send(&mut self, command: TradeCommand) -> Vec<TradeEvent> {
        let EngineAnswer { events, broken } = handle(&mut self.state, &mut self.market, command, self.now_ms);
        assert_eq!(broken, None);
        self.events.extend(events.clone());
        events
    }

    fn account(&self) -> &TradingAccount {
        self.state.as_ref().unwrap()
    }

    fn stands(&self, key: &str) -> (OrderState, i64) {
        let order = &self.account().orders[key];
        (order.state, order.filled)
    }

    fn fills(&self) -> Vec<(i64, i64)> {
        self.events
            .iter()
            .filter_map(
                |event| if let TradeEvent::Filled { fill } = event { Some((fill.steps, fill.price)) } else { None },
            )
            .collect()
    }
}

fn order(key: &str, side: TradeSide, steps: i64, kind: OrderKind) -> NewOrder {
    NewOrder {
        key: key.to_owned(),
        symbol: "X".to_owned(),
        side,
        steps,
        kind,
        tif: TimeInForce::Gtc,
        post_only: false,
        reduce_only: false,
        closes: None,
        after: None,
        group: None,
    }
}

fn denial(events: &[TradeEvent]) -> Option<DenialCode> {
    events.iter().find_map(|event| {
        if let TradeEvent::Denied { denial, .. } | TradeEvent::Rejected { denial, .. } = event {
            Some(denial.code)
        } else {
            None
        }
    })
}

#[test]
fn trading_t31_a_market_order_walks_the_book() {
    let mut scene = Scene::new(PositionMode::Netting);
    scene.send(TradeCommand::Submit(order("a", TradeSide::Buy, 10, OrderKind::Market)));
    assert_eq!(scene.fills(), [(3, 10_000), (5, 10_010), (2, 10_030)]);
    assert_eq!(scene.account().positions["X"].average(), Some(10_011));
    assert_eq!(scene.account().positions["X"].scale.worth(scene.account().positions["X"].cost), Ok(100_110));
    assert_eq!(scene.market.books["X"].at(TradeSide::Sell, 10_030), 8);
}

#[test]
fn trading_t31_time_in_force_and_post_only() {
    let mut scene = Scene::new(PositionMode::Netting);
    scene.send(TradeCommand::Submit(NewOrder {
        tif: TimeInForce::Fok,
        ..order("fok", TradeSide::Buy, 20, OrderKind::Market)
    }));
    assert_eq!(scene.stands("fok"), (OrderState::Canceled, 0));
    let post = NewOrder { post_only: true, ..order("post", TradeSide::Buy, 1, OrderKind::Limit { price: 10_000 }) };
    assert_eq!(denial(&scene.send(TradeCommand::Submit(post))), Some(DenialCode::WouldTake));
    scene.send(TradeCommand::Submit(NewOrder {
        tif: TimeInForce::Ioc,
        ..order("ioc", TradeSide::Buy, 20, OrderKind::Market)
    }));
    assert_eq!(scene.stands("ioc"), (OrderState::Canceled, 18));
}

#[test]
fn trading_t31_equal_prices_are_served_in_the_order_in_which_they_came() {
    let mut book = Book::default();
    for (maker, price, steps) in [("late", 101, 5), ("first", 100, 2), ("second", 100, 2)] {
        book.add(TradeSide::Sell, price, Resting { maker: maker.to_owned(), steps });
    }
    let makers: Vec<_> =
        book.take(TradeSide::Buy, Some(100), 3).into_iter().map(|part| (part.maker, part.steps)).collect();
    assert_eq!(makers, [("first".to_owned(), 2), ("second".to_owned(), 1)]);
    assert_eq!(book.at(TradeSide::Sell, 100), 1);
}

#[test]
fn trading_t32_netting_averages_realises_and_turns() {
    let mut scene = Scene::new(PositionMode::Netting);
    for (key, side, steps, price) in [
        ("a", TradeSide::Buy, 2, 100),
        ("b", TradeSide::Buy, 1, 106),
        ("c", TradeSide::Sell, 2, 110),
        ("d", TradeSide::Sell, 3, 108),
    ] {
        scene.quote(price, price);
        scene.send(TradeCommand::Submit(order(key, side, steps, OrderKind::Market)));
        let held = scene.account().positions.get("X").map(|held| (held.steps, held.average().unwrap()));
        let expected = match key {
            "a" => (2, 100, 0),
            "b" => (3, 102, 0),
            "c" => (1, 102, 16),
            _ => (-2, 108, 22),
        };
        assert_eq!(held, Some((expected.0, expected.1)));
        assert_eq!(scene.account().balance, 10_000_000 + expected.2);
    }
}

#[test]
fn trading_t32_hedging_keeps_two_positions() {
    let mut scene = Scene::new(PositionMode::Hedging);
    scene.send(TradeCommand::Submit(order("long", TradeSide::Buy, 2, OrderKind::Market)));
    scene.send(TradeCommand::Submit(order("short", TradeSide::Sell, 1, OrderKind::Market)));
    let held: Vec<_> = scene.account().positions.iter().map(|(key, held)| (key.as_str(), held.steps)).collect();
    assert_eq!(held, [("long", 2), ("short", -1)]);
}

#[test]
fn trading_t32_worth_margin_and_size_of_eurusd() {
    // A step is 0.01 lot of 100,000.
    let eurusd = instrument("EURUSD", 1_000, 5);
    assert_eq!(eurusd.scale.worth((108_620 - 108_500) * 10), Ok(1_200));
    assert_eq!(eurusd.notional(108_500, 100).and_then(|notional| eurusd.margin(notional)), Ok(108_500));
    assert_eq!(eurusd.steps_for_risk(1_000_000, 100, 500), Ok(20));
}

#[test]
fn trading_t32_a_fill_of_a_known_id_changes_nothing() {
    let mut scene = Scene::new(PositionMode::Netting);
    scene.send(TradeCommand::Submit(order("a", TradeSide::Buy, 3, OrderKind::Market)));
    let fill = scene
        .events
        .iter()
        .find_map(|event| if let TradeEvent::Filled { fill } = event { Some(fill.clone()) } else { None });
    let before = scene.state.clone();
    assert_eq!(scene.send(TradeCommand::Report(fill.clone().unwrap())), []);
    apply(&mut scene.state, &TradeEvent::Filled { fill: fill.unwrap() }).unwrap();
    assert_eq!(scene.state, before);
}

#[test]
fn a_bracket_guards_what_is_held_and_its_exits_cancel_each_other() {
    let mut scene = Scene::new(PositionMode::Netting);
    for order in bracket(order("e", TradeSide::Buy, 3, OrderKind::Limit { price: 9_995 }), 10_100, 9_900) {
        scene.send(TradeCommand::Submit(order));
    }
    assert_eq!(scene.stands("e-stop").0, OrderState::Emulated);
    scene.quote(9_994, 9_995);
    assert_eq!(scene.stands("e"), (OrderState::Filled, 3));
    assert_eq!(scene.stands("e-stop").0, OrderState::Accepted);
    scene.quote(9_890, 9_891);
    assert_eq!(scene.stands("e-stop"), (OrderState::Filled, 3));
    assert_eq!(scene.stands("e-profit"), (OrderState::Canceled, 0));
    assert!(scene.account().positions.is_empty());
}

#[test]
fn a_canceled_entry_takes_its_exits_with_it() {
    let mut scene = Scene::new(PositionMode::Netting);
    for order in bracket(order("e", TradeSide::Buy, 3, OrderKind::Limit { price: 9_000 }), 10_100, 8_900) {
        scene.send(TradeCommand::Submit(order));
    }
    scene.send(TradeCommand::Cancel { order: "e".to_owned() });
    assert_eq!(scene.stands("e-stop").0, OrderState::Canceled);
}

#[test]
fn stops_touches_and_trailing_stops_wait_for_their_price() {
    let mut scene = Scene::new(PositionMode::Netting);
    scene.quote(9_999, 10_000);
    scene.send(TradeCommand::Submit(order("stop", TradeSide::Buy, 1, OrderKind::StopMarket { stop: 10_050 })));
    scene.send(TradeCommand::Submit(order("touch", TradeSide::Buy, 1, OrderKind::MarketIfTouched { touch: 9_950 })));
    scene.send(TradeCommand::Submit(order(
        "trail",
        TradeSide::Buy,
        1,
        OrderKind::TrailingStop { distance: 30, stop: None },
    )));
    scene.quote(9_959, 9_960);
    assert_eq!([scene.stands("stop").1, scene.stands("touch").1, scene.stands("trail").1], [0, 0, 0]);
    scene.quote(9_989, 9_990);
    assert_eq!([scene.stands("stop").1, scene.stands("touch").1, scene.stands("trail").1], [0, 0, 1]);
    scene.quote(10_059, 10_060);
    assert_eq!([scene.stands("stop").1, scene.stands("touch").1], [1, 0]);
    scene.quote(9_949, 9_950);
    assert_eq!(scene.stands("touch").1, 1);
}

#[test]
fn orders_of_a_day_and_until_a_time_expire() {
    let mut scene = Scene::new(PositionMode::Netting);
    let limit = OrderKind::Limit { price: 9_000 };
    scene.send(TradeCommand::Submit(NewOrder { tif: TimeInForce::Day, ..order("day", TradeSide::Buy, 1, limit) }));
    scene.send(TradeCommand::Submit(NewOrder {
        tif: TimeInForce::Gtd { until_ms: 5_000 },
        ..order("gtd", TradeSide::Buy, 1, limit)
    }));
    scene.now_ms = 5_000;
    scene.quote(9_990, 10_000);
    assert_eq!((scene.stands("day").0, scene.stands("gtd").0), (OrderState::Accepted, OrderState::Expired));
    scene.now_ms = 86_400_000;
    scene.quote(9_990, 10_000);
    assert_eq!(scene.stands("day").0, OrderState::Expired);
}

#[test]
fn the_gate_answers_with_the_first_reason() {
    let mut scene = Scene::new(PositionMode::Netting);
    let ask = |scene: &mut Scene, change: NewOrder| denial(&scene.send(TradeCommand::Submit(change)));
    let market = |key: &str, steps| order(key, TradeSide::Buy, steps, OrderKind::Market);
    let limit = |key: &str, price| order(key, TradeSide::Buy, 1, OrderKind::Limit { price });
    assert_eq!(
        ask(&mut scene, NewOrder { symbol: "Y".to_owned(), ..market("1", 1) }),
        Some(DenialCode::InstrumentNotFound)
    );
    assert_eq!(ask(&mut scene, limit("2", 0)), Some(DenialCode::PricePrecision));
    assert_eq!(ask(&mut scene, market("3", 0)), Some(DenialCode::QuantityBelowMin));
    assert_eq!(ask(&mut scene, market("4", 100_001)), Some(DenialCode::QuantityAboveMax));
    assert_eq!(
        ask(&mut scene, NewOrder { reduce_only: true, ..market("5", 1) }),
        Some(DenialCode::ReduceOnlyWouldOpen)
    );
    let past = NewOrder { tif: TimeInForce::Gtd { until_ms: 1_000 }, ..limit("6", 10) };
    assert_eq!(ask(&mut scene, past), Some(DenialCode::TimeInPast));
    assert_eq!(
        ask(&mut scene, order("7", TradeSide::Buy, 100_000, OrderKind::Limit { price: 10_001 })),
        Some(DenialCode::MarginInsufficient)
    );
    scene.send(TradeCommand::Submit(market("8", 2)));
    scene.send(TradeCommand::SetState(TradingState::Reducing));
    assert_eq!(ask(&mut scene, market("9", 1)), Some(DenialCode::TradingReducing));
    assert_eq!(ask(&mut scene, order("10", TradeSide::Sell, 1, OrderKind::Market)), None);
    scene.send(TradeCommand::SetState(TradingState::Halted));
    assert_eq!(ask(&mut scene, order("11", TradeSide::Sell, 1, OrderKind::Market)), Some(DenialCode::TradingHalted));
}

#[test]
fn a_fill_after_a_cancel_is_taken_in_and_nothing_leaves_an_end_otherwise() {
    assert!(OrderState::Canceled.may_become(OrderState::Filled));
    for from in [OrderState::Denied, OrderState::Rejected, OrderState::Filled] {
        assert!(OrderState::ALL.iter().all(|to| !from.may_become(*to)));
    }
    assert!(!OrderState::Canceled.may_become(OrderState::Accepted));
}

#[test]
fn fees_round_against_the_account_and_rebates_too() {
    let tier = Instrument { fees: FeeTier { maker_ppm: -100, taker_ppm: 300 }, ..instrument("X", 1, 2) };
    assert_eq!(tier.fee(10_001, Liquidity::Taker), Ok(4));
    assert_eq!(tier.fee(10_001, Liquidity::Maker), Ok(-1));
    assert_eq!(tier.fee(9_999, Liquidity::Maker), Ok(0));
}

#[test]
fn stored_events_keep_loading() {
    let golden = include_str!("known/events.jsonl");
    for line in golden.lines() {
        let event: TradeEvent = serde_json::from_str(line).unwrap();
        assert_eq!(serde_json::to_string(&event).unwrap(), line);
    }
    assert_eq!(golden.lines().count(), 5);
}

fn commands() -> impl Strategy<Value = Vec<(u8, u8, i64, i64)>> {
    prop::collection::vec((0..8_u8, 0..6_u8, 1..6_i64, 9_900..10_100_i64), 1..60)
}

/// Play arbitrary commands, each one twice over.
fn play(mode: PositionMode, steps: &[(u8, u8, i64, i64)]) -> Scene {
    let mut scene = Scene::new(mode);
    for (index, (what, kind, steps, price)) in steps.iter().enumerate() {
        let side = if what % 2 == 0 { TradeSide::Buy } else { TradeSide::Sell };
        let price = *price;
        let kind = match kind {
            0 => OrderKind::Market,
            1 => OrderKind::Limit { price },
            2 => OrderKind::StopMarket { stop: price },
            3 => OrderKind::LimitIfTouched { touch: price, price },
            4 => OrderKind::TrailingStop { distance: 20, stop: None },
            _ => OrderKind::StopLimit { stop: price, price },
        };
        let command = match what {
            0..=4 => TradeCommand::Submit(NewOrder {
                group: (*what == 4).then(|| "g".to_owned()),
                ..order(&index.to_string(), side, *steps, kind)
            }),
            5 => TradeCommand::Cancel { order: (index / 2).to_string() },
            _ => {
                scene.quote(price, price + 3);
                continue;
            }
        };
        scene.send(command.clone());
        assert_eq!(scene.send(command), [], "the same command again does nothing");
    }
    scene
}

proptest! {
    #[test]
    fn the_state_is_the_fold_of_the_events_from_any_snapshot(steps in commands(), cut in 0..200_usize) {
        let scene = play(PositionMode::Netting, &steps);
        let (before, after) = scene.events.split_at(cut.min(scene.events.len()));
        let mut state = None;
        for event in before {
            apply(&mut state, event).unwrap();
        }
        let stored = serde_json::to_string(&state).unwrap();
        let mut state: Option<TradingAccount> = serde_json::from_str(&stored).unwrap();
        for event in after {
            apply(&mut state, event).unwrap();
        }
        prop_assert_eq!(state, scene.state);
    }

    #[test]
    fn positions_are_the_sum_of_their_fills_and_no_money_is_lost(steps in commands(), hedging in any::<bool>()) {
        let scene = play(if hedging { PositionMode::Hedging } else { PositionMode::Netting }, &steps);
        let account = scene.account();
        let (mut held, mut filled, mut paid) = (BTreeMap::<String, i64>::new(), BTreeMap::<String, i64>::new(), 0);
        for event in &scene.events {
            if let TradeEvent::Filled { fill } = event {
                *held.entry(fill.position.clone()).or_default() += fill.steps * fill.side.sign();
                *filled.entry(fill.order.clone()).or_default() += fill.steps;
                paid += fill.steps * fill.price * fill.side.sign();
            }
        }
        held.retain(|_, steps| *steps != 0);
        prop_assert_eq!(held, account.positions.iter().map(|(key, held)| (key.clone(), held.steps)).collect::<BTreeMap<_, _>>());
        let cost: i64 = account.positions.values().map(|held| held.cost).sum();
        let realised = account.realised.get("X").copied().unwrap_or(0);
        prop_assert_eq!(paid, cost - realised);
        prop_assert_eq!(account.balance, 10_000_000 + realised);
        for (key, order) in &account.orders {
            prop_assert_eq!(order.filled, filled.get(key).copied().unwrap_or(0));
            prop_assert!(order.filled <= order.asked.steps);
        }
    }

    #[test]
    fn without_an_account_every_order_is_denied(steps in any::<i64>(), price in any::<i64>()) {
        let mut market = Scene::new(PositionMode::Netting).market;
        let asked = order("a", TradeSide::Buy, steps, OrderKind::Limit { price });
        let answer = handle(&mut None, &mut market, TradeCommand::Submit(asked), 0);
        prop_assert_eq!(denial(&answer.events), Some(DenialCode::AccountNotFound));
    }
}
