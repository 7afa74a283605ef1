//! Holding the highest cost of a call, and settling it by the request's id.
//!
//! A hold is one conditional write of the counter. The row of the request is written once, by whoever ends the call or, when
//! nobody did, by whoever finds the hold too old; each counter then drops the hold under the condition that it is still
//! there, so that a crash or a repeat between any two writes changes no sum. Where two of them met, the counter is counted anew from
//! the rows.

use kernel::{Date, RequestId, Timestamp};
use serde_json::json;
use table::{Condition, Item, Race, TableError, Write, WriteError, from_item, pages, until_settled};

use crate::{
    AiBudgetError, AiEnding, AiRows, AiUsage, BudgetPlace, CostHold, MonthLimit, MonthSpend, TokenCounts,
    budget::HOLD,
    repo::{day_of, ending},
};

/// How a row of a request was written.
enum Put {
    /// It is new, or was there as it is.
    First,
    /// It took the place of one that said that the call never ended.
    Late,
}

impl AiRows<'_> {
    /// Holds what a call may cost at most, in the counter of its month: never more than `limit` is spent and held together. One
    /// write; two more where the month begins, one for each day where the limit is new, or where old holds are to be given back.
    ///
    /// # Errors
    /// `Exceeded`, or those of the table.
    pub async fn hold(
        &self,
        place: &BudgetPlace,
        limit: MonthLimit,
        request: RequestId,
        hold: &CostHold,
    ) -> Result<(), AiBudgetError> {
        let exceeded = || AiBudgetError::Exceeded { limit: limit.nano, asked: hold.nano };
        let outrun = || TableError::Unavailable("the counter of a budget kept changing".to_owned()).into();
        let Some(most) = limit.nano.checked_sub(hold.nano).filter(|most| *most >= 0 && hold.nano >= 0) else {
            return Err(exceeded());
        };
        let name = format!("{HOLD}{request}");
        until_settled(outrun, || async {
            let write = Write::update::<MonthSpend>(self.place_key(place, hold.day()))
                .add("committed", hold.nano)
                .add("version", 1)
                .set(name.clone(), json!(hold))
                .when(Condition::Lacks(name.clone()))
                .when(Condition::Equals("epoch", json!(limit.epoch)))
                .when(Condition::Below("committed", most.saturating_add(1)));
            let current = match self.table.write(write).await {
                Ok(_) => return Ok(Race::Settled(())),
                Err(WriteError::ConditionFailed { current }) => current,
                Err(WriteError::Table(error)) => return Err(error.into()),
            };
            let current: MonthSpend = current.map_or_else(|| Ok(MonthSpend::default()), from_item)?;
            if current.holds().contains_key(&request) {
                // A write of ours whose answer was lost.
                return Ok(Race::Settled(()));
            }
            if current.version == 0 && limit.holds_all_month(hold.day()) {
                self.begin(place, hold.day(), limit.epoch).await?;
                return Ok(Race::Lost);
            }
            if current.version == 0 || current.epoch != limit.epoch {
                self.recount(place, hold.day(), limit.epoch).await?;
                return Ok(Race::Lost);
            }
            if self.give_back_old(place, &current, hold.at).await? > 0 || current.committed <= most {
                return Ok(Race::Lost);
            }
            Err(exceeded())
        })
        .await
    }

    /// Ends a call: its row is written, and the counters that held something for it follow. It may be done again and ends the
    /// same. One write, one more for each counter.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn settle(&self, usage: &AiUsage, held: &[(BudgetPlace, CostHold)]) -> Result<(), TableError> {
        let put = self.put_usage(usage).await?;
        for (place, hold) in held {
            match put {
                Put::First => self.drop_hold(place, usage.request_id, hold, usage.cost_nano_usd).await?,
                // What was given back is counted as spent after all, whatever the counter has seen of it.
                Put::Late => {
                    self.drop_hold(place, usage.request_id, hold, usage.cost_nano_usd).await?;
                    self.recount_same(place, hold.day()).await?;
                }
            }
        }
        Ok(())
    }

    /// Gives back what a call held that was not made after all. One write for each counter.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn release(&self, request: RequestId, held: &[(BudgetPlace, CostHold)]) -> Result<(), TableError> {
        for (place, hold) in held {
            self.drop_hold(place, request, hold, 0).await?;
        }
        Ok(())
    }

    /// What a month costs so far; holds that are too old are given back first. One read.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn spend(&self, place: &BudgetPlace, now: Timestamp) -> Result<MonthSpend, TableError> {
        let spend = self.read_place(place, day_of(now)).await?;
        if self.give_back_old(place, &spend, now).await? == 0 {
            return Ok(spend);
        }
        self.read_place(place, day_of(now)).await
    }

    /// Counts a month anew from the rows of its requests, and notes in which epoch. A read of each day of the month.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn recount(&self, place: &BudgetPlace, day: Date, epoch: u64) -> Result<(), TableError> {
        let outrun = || TableError::Unavailable("the counter of a budget kept changing".to_owned());
        until_settled(outrun, || async {
            let seen = self.read_place(place, day).await?;
            let mut holds = seen.holds();
            let mut spent = 0_i64;
            let mut ended = Vec::new();
            let mut date = day.first_of_month();
            loop {
                let mut walk = self.usage_of_day(date);
                while let Some(rows) = walk.next().await? {
                    for usage in rows.into_iter().filter_map(pages::read::<AiUsage>) {
                        if place.is_of(&usage.by) {
                            spent = spent.saturating_add(usage.cost_nano_usd);
                        }
                        if holds.remove(&usage.request_id).is_some() {
                            ended.push(usage.request_id);
                        }
                    }
                }
                if date >= day.last_of_month() {
                    break;
                }
                let Ok(next) = date.tomorrow() else { break };
                date = next;
            }
            let held = holds.values().fold(0_i64, |sum, hold| sum.saturating_add(hold.nano));
            let counted = Write::update::<MonthSpend>(self.place_key(place, day))
                .set("committed", spent.saturating_add(held))
                .set("spent", spent)
                .set("epoch", epoch)
                .add("version", 1)
                .when(Condition::follows(seen.version + 1));
            let counted = ended.iter().fold(counted, |write, request| write.remove(format!("{HOLD}{request}")));
            settled(self.table.write(ending(counted, day)).await)
        })
        .await
    }

    /// Begins a counter of a month in which nothing was spent before.
    async fn begin(&self, place: &BudgetPlace, day: Date, epoch: u64) -> Result<(), TableError> {
        let spend = MonthSpend { epoch, version: 1, ..MonthSpend::default() };
        let write = Write::put(self.place_key(place, day), &spend)?.when(Condition::NotExists);
        match self.table.write(ending(write, day)).await {
            Ok(_) | Err(WriteError::ConditionFailed { .. }) => Ok(()),
            Err(WriteError::Table(error)) => Err(error),
        }
    }

    async fn recount_same(&self, place: &BudgetPlace, day: Date) -> Result<(), TableError> {
        let epoch = self.read_place(place, day).await?.epoch;
        self.recount(place, day, epoch).await
    }

    /// Writes the row of a request, unless it is there; what says that the call never ended gives way.
    async fn put_usage(&self, usage: &AiUsage) -> Result<Put, TableError> {
        let key = self.usage_key(day_of(usage.at), usage.request_id);
        let first = Write::put(key.clone(), usage)?.when(Condition::NotExists);
        let current = match self.table.write(first).await {
            Ok(_) => return Ok(Put::First),
            Err(WriteError::ConditionFailed { current }) => current,
            Err(WriteError::Table(error)) => return Err(error),
        };
        if usage.outcome == AiEnding::Expired || !is_expired(current.as_ref()) {
            return Ok(Put::First);
        }
        let late = Write::put(key, usage)?.when(Condition::Equals("outcome", json!(AiEnding::Expired)));
        match self.table.write(late).await {
            Ok(_) => Ok(Put::Late),
            Err(WriteError::ConditionFailed { .. }) => Ok(Put::First),
            Err(WriteError::Table(error)) => Err(error),
        }
    }

    /// Puts the cost in the place of the hold; nothing where the hold is there no more.
    async fn drop_hold(
        &self,
        place: &BudgetPlace,
        request: RequestId,
        hold: &CostHold,
        cost: i64,
    ) -> Result<(), TableError> {
        let name = format!("{HOLD}{request}");
        let write = Write::update::<MonthSpend>(self.place_key(place, hold.day()))
            .add("committed", cost.saturating_sub(hold.nano))
            .add("spent", cost)
            .add("version", 1)
            .remove(name.clone())
            .when(Condition::Has(name));
        match self.table.write(ending(write, hold.day())).await {
            Ok(_) | Err(WriteError::ConditionFailed { .. }) => Ok(()),
            Err(WriteError::Table(error)) => Err(error),
        }
    }

    /// Gives back what calls hold that are over, or counts what they cost where that is known by now. Answers how many there were.
    async fn give_back_old(&self, place: &BudgetPlace, seen: &MonthSpend, now: Timestamp) -> Result<usize, TableError> {
        let old: Vec<_> = seen.holds().into_iter().filter(|(_, hold)| hold.is_over(now)).collect();
        for (request, hold) in &old {
            let never_ended = AiUsage {
                request_id: *request,
                at: hold.at,
                by: hold.by.clone(),
                work: hold.work,
                model: hold.model.clone(),
                provider: None,
                served_by: None,
                tokens: TokenCounts::default(),
                cost_nano_usd: 0,
                millis: 0,
                attempts: 0,
                outcome: AiEnding::Expired,
            };
            self.put_usage(&never_ended).await?;
            let row = self.table.get(&self.usage_key(hold.day(), *request)).await?;
            let cost = row.and_then(pages::read::<AiUsage>).map_or(0, |usage| usage.cost_nano_usd);
            self.drop_hold(place, *request, hold, cost).await?;
        }
        Ok(old.len())
    }

    async fn read_place(&self, place: &BudgetPlace, day: Date) -> Result<MonthSpend, TableError> {
        let row = self.table.get(&self.place_key(place, day)).await?;
        row.map_or_else(|| Ok(MonthSpend::default()), from_item)
    }
}

fn is_expired(row: Option<&Item>) -> bool {
    row.and_then(|row| row.get("outcome")) == Some(&json!(AiEnding::Expired))
}

fn settled(written: Result<Option<Item>, WriteError>) -> Result<Race<()>, TableError> {
    match written {
        Ok(_) => Ok(Race::Settled(())),
        Err(WriteError::ConditionFailed { .. }) => Ok(Race::Lost),
        Err(WriteError::Table(error)) => Err(error),
    }
}
