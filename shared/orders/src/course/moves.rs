//! What an order becomes when goods are sent or come back, or it is called off: decisions, without any I/O.

use kernel::{Money, MoneyError, Sku, Timestamp};

use super::progress::{at, plus};
use crate::{
    CourseError, KeptPieces, Order, OrderFulfilment, OrderLine, OrderPayment, OrderPieces, OrderProgress, OrderStatus,
};

/// Pieces of a line that something happens to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinePieces {
    /// Which line, from 0.
    pub line: usize,
    /// What it is called.
    pub sku: Sku,
    /// How many.
    pub quantity: u32,
    /// How many of what was kept for the line had left before.
    pub taken_before: u32,
    /// How many of the line had come back before.
    pub returned_before: u32,
    /// What they cost as prices are stated: with the taxes that prices hold, without those on top.
    pub stated: Money,
}

/// Whether one more shipment is meant of an order that has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoreShipments {
    /// It is: of other pieces, or because the first one was refused or is lost.
    Meant,
    /// It is not.
    Unmeant,
}

impl OrderLine {
    /// What `count` pieces behind the first `before` cost after their discount, without taxes on top. Over all pieces this is
    /// what the line cost; the first pieces are the dearer ones.
    ///
    /// # Errors
    /// `Overflow`.
    pub fn stated_for(&self, before: u32, count: u32) -> Result<Money, MoneyError> {
        let all = self.amount()?.checked_sub(self.discount)?;
        let quantity = i64::from(self.quantity.max(1));
        let (each, over) = (all.minor().div_euclid(quantity), all.minor().rem_euclid(quantity));
        let until = |pieces: u32| {
            let pieces = i64::from(pieces.min(self.quantity));
            each.checked_mul(pieces).and_then(|minor| minor.checked_add(over.min(pieces))).ok_or(MoneyError::Overflow)
        };
        Ok(Money::new(until(before.saturating_add(count))? - until(before)?, all.currency()))
    }
}

impl Order {
    /// What staff can make of it by hand.
    pub fn hand_moves(&self) -> Vec<&'static str> {
        match (self.status, self.fulfilment) {
            (OrderStatus::PendingPayment | OrderStatus::Confirmed, _) => vec!["cancelled"],
            (OrderStatus::Fulfilled, OrderFulfilment::Shipped) => vec!["delivered", "completed"],
            (
                OrderStatus::Fulfilled,
                OrderFulfilment::None
                | OrderFulfilment::Partial
                | OrderFulfilment::Delivered
                | OrderFulfilment::Returned,
            ) => vec!["completed"],
            (
                OrderStatus::PartiallyFulfilled
                | OrderStatus::Completed
                | OrderStatus::Cancelled
                | OrderStatus::Expired,
                _,
            ) => Vec::new(),
        }
    }

    /// The refusal of a move.
    pub fn wrong_move(&self, to: &'static str) -> CourseError {
        CourseError::WrongMove { from: self.status, to, allowed: self.hand_moves() }
    }

    /// In another status, where that follows from how it stands.
    fn becomes(&self, to: OrderStatus, now: Timestamp) -> Result<Self, CourseError> {
        self.moved(to, now).map_err(|_| self.wrong_move(to.as_str()))
    }

    /// Paid, and to be sent.
    ///
    /// # Errors
    /// `WrongMove` unless it waits for its payment.
    pub fn confirmed(&self, now: Timestamp) -> Result<Self, CourseError> {
        Ok(Self { payment: OrderPayment::Paid, ..self.becomes(OrderStatus::Confirmed, now)? })
    }

    /// Over without having been paid: cancelled or expired.
    ///
    /// # Errors
    /// `WrongMove` unless it waits for its payment.
    pub fn ended_unpaid(&self, to: OrderStatus, now: Timestamp) -> Result<Self, CourseError> {
        if self.status != OrderStatus::PendingPayment {
            return Err(self.wrong_move(to.as_str()));
        }
        self.becomes(to, now)
    }

    /// Done.
    ///
    /// # Errors
    /// `WrongMove` unless all of it was sent.
    pub fn completed(&self, now: Timestamp) -> Result<Self, CourseError> {
        if !self.hand_moves().contains(&"completed") {
            return Err(self.wrong_move("completed"));
        }
        self.becomes(OrderStatus::Completed, now)
    }

    /// Arrived.
    ///
    /// # Errors
    /// `WrongMove` unless all of it was sent.
    pub fn delivered(&self, now: Timestamp) -> Result<Self, CourseError> {
        if !self.hand_moves().contains(&"delivered") {
            return Err(self.wrong_move("delivered"));
        }
        Ok(Self { fulfilment: OrderFulfilment::Delivered, ..self.changed(now) })
    }

    /// With these pieces sent, or all that are left.
    ///
    /// # Errors
    /// `WrongMove` unless it is to be sent; `NoLine`, `TooMany`, `Nothing`, `Money`.
    pub fn sending(
        &self,
        asked: Option<&[OrderPieces]>,
        now: Timestamp,
    ) -> Result<(Self, Vec<LinePieces>), CourseError> {
        match self.status {
            OrderStatus::Confirmed | OrderStatus::PartiallyFulfilled => {}
            OrderStatus::PendingPayment
            | OrderStatus::Fulfilled
            | OrderStatus::Completed
            | OrderStatus::Cancelled
            | OrderStatus::Expired => return Err(self.wrong_move(OrderStatus::Fulfilled.as_str())),
        }
        let left = self.unsent();
        let counts = match asked {
            Some(asked) => self.counts(asked, &left)?,
            None => left.clone(),
        };
        let pieces = self.pieces(&counts)?;
        let is_all = counts == left;
        let status = if is_all { OrderStatus::Fulfilled } else { OrderStatus::PartiallyFulfilled };
        let next = if status == self.status { self.changed(now) } else { self.becomes(status, now)? };
        let fulfilment = if is_all { OrderFulfilment::Shipped } else { OrderFulfilment::Partial };
        let progress = OrderProgress {
            sent: plus(&self.progress.sent, &counts),
            fulfilments: self.progress.fulfilments + 1,
            ..self.progress.clone()
        };
        Ok((Self { fulfilment, progress, ..next }, pieces))
    }

    /// Called off, as far as it was paid and not sent: an order of which nothing was sent is cancelled, one of which some was
    /// sent is fulfilled by that.
    ///
    /// # Errors
    /// `WrongMove` unless it is to be sent; `Money`.
    pub fn called_off(&self, now: Timestamp) -> Result<(Self, Vec<LinePieces>), CourseError> {
        let (status, fulfilment) = match self.status {
            OrderStatus::Confirmed => (OrderStatus::Cancelled, self.fulfilment),
            OrderStatus::PartiallyFulfilled => (OrderStatus::Fulfilled, OrderFulfilment::Shipped),
            OrderStatus::PendingPayment
            | OrderStatus::Fulfilled
            | OrderStatus::Completed
            | OrderStatus::Cancelled
            | OrderStatus::Expired => return Err(self.wrong_move(OrderStatus::Cancelled.as_str())),
        };
        let counts = self.unsent();
        let pieces = self.pieces(&counts)?;
        let progress = OrderProgress { called_off: plus(&self.progress.called_off, &counts), ..self.progress.clone() };
        Ok((Self { fulfilment, progress, ..self.becomes(status, now)? }, pieces))
    }

    /// With these pieces back.
    ///
    /// # Errors
    /// `NothingRefundable` when all of these lines are back, `NothingSent` when none of them was sent; `NoLine`, `TooMany`, `Nothing`, `Money`.
    pub fn receiving(&self, asked: &[OrderPieces], now: Timestamp) -> Result<(Self, Vec<LinePieces>), CourseError> {
        let left: Vec<u32> = (0..self.lines.len())
            .map(|line| at(&self.progress.sent, line).saturating_sub(at(&self.progress.returned, line)))
            .collect();
        let of_asked =
            |line: &usize| self.lines.get(*line).is_some_and(|known| asked.iter().any(|one| one.sku == known.sku));
        let named: Vec<usize> = (0..self.lines.len()).filter(of_asked).collect();
        if !named.is_empty() && named.iter().all(|line| at(&left, *line) == 0) {
            let is_sent = named.iter().any(|line| at(&self.progress.sent, *line) > 0);
            return Err(if is_sent { CourseError::NothingRefundable } else { CourseError::NothingSent });
        }
        let counts = self.counts(asked, &left)?;
        let pieces = self.pieces(&counts)?;
        let returned = plus(&self.progress.returned, &counts);
        let all_back = self.unsent().iter().all(|unsent| *unsent == 0)
            && (0..self.lines.len()).all(|line| at(&returned, line) == at(&self.progress.sent, line));
        let fulfilment = if all_back { OrderFulfilment::Returned } else { self.fulfilment };
        let progress = OrderProgress { returned, returns: self.progress.returns + 1, ..self.progress.clone() };
        Ok((Self { fulfilment, progress, ..self.changed(now) }, pieces))
    }

    /// As its money stands by its invoice, in the same version: `taken` was taken back of what it cost, by whomever, and `paid`
    /// of that had been paid. What was taken back before it was paid only lowers what is asked for.
    #[must_use]
    pub fn taken_back(self, taken: Money, paid: Money) -> Self {
        if paid.is_zero() {
            return self;
        }
        let all = taken.minor() >= self.total.minor();
        let payment = if all { OrderPayment::Refunded } else { OrderPayment::PartiallyRefunded };
        let progress = OrderProgress { taken_back: Some(taken), ..self.progress.clone() };
        Self { payment, progress, ..self }
    }

    /// All of its pieces, as they are kept for it while nothing has become of them.
    pub fn whole(&self) -> Vec<LinePieces> {
        let stated = Money::zero(self.currency);
        let lines = self.lines.iter().enumerate();
        lines
            .map(|(line, known)| {
                let (sku, quantity) = (known.sku.clone(), known.quantity);
                LinePieces { line, sku, quantity, taken_before: 0, returned_before: 0, stated }
            })
            .collect()
    }

    /// With one more shipment made for it.
    ///
    /// # Errors
    /// `NotToBeSent` unless it is paid, and was not called off; `Shipped` for a second shipment unless that is meant.
    pub fn with_shipment(&self, more: MoreShipments, now: Timestamp) -> Result<Self, CourseError> {
        match self.status {
            OrderStatus::Confirmed
            | OrderStatus::PartiallyFulfilled
            | OrderStatus::Fulfilled
            | OrderStatus::Completed => {}
            OrderStatus::PendingPayment | OrderStatus::Cancelled | OrderStatus::Expired => {
                return Err(CourseError::NotToBeSent { status: self.status });
            }
        }
        if self.progress.shipments > 0 && more == MoreShipments::Unmeant {
            return Err(CourseError::Shipped);
        }
        let progress = OrderProgress { shipments: self.progress.shipments.saturating_add(1), ..self.progress.clone() };
        Ok(Self { progress, updated_at: self.updated_at, ..self.changed(now) })
    }

    /// In the same version, with these pieces still to be released: there are too many of them for one transaction.
    #[must_use]
    pub fn releasing_later(self, pieces: &[LinePieces]) -> Self {
        let kept =
            |one: &LinePieces| KeptPieces { line: one.line, quantity: one.quantity, taken_before: one.taken_before };
        let to_release = pieces.iter().map(kept).collect();
        Self { progress: OrderProgress { to_release, ..self.progress.clone() }, ..self }
    }

    /// The pieces that are still to be released.
    pub fn to_release(&self) -> Vec<LinePieces> {
        let stated = Money::zero(self.currency);
        let kept = self.progress.to_release.iter();
        let pieces = kept.filter_map(|kept| Some((kept, self.lines.get(kept.line)?)));
        pieces
            .map(|(kept, line)| LinePieces {
                line: kept.line,
                sku: line.sku.clone(),
                quantity: kept.quantity,
                taken_before: kept.taken_before,
                // What was called off was never sent.
                returned_before: 0,
                stated,
            })
            .collect()
    }

    /// With the first so many of them released.
    #[must_use]
    pub fn released(&self, count: usize, now: Timestamp) -> Self {
        let to_release = self.progress.to_release.iter().skip(count).copied().collect();
        let progress = OrderProgress { to_release, ..self.progress.clone() };
        Self { progress, updated_at: self.updated_at, ..self.changed(now) }
    }

    /// How many pieces of each line are still to be sent.
    pub fn unsent(&self) -> Vec<u32> {
        let lines = self.lines.iter().enumerate();
        lines.map(|(line, known)| known.quantity.saturating_sub(self.gone(line))).collect()
    }

    /// How many pieces of a line are no longer kept for it.
    fn gone(&self, line: usize) -> u32 {
        at(&self.progress.sent, line).saturating_add(at(&self.progress.called_off, line))
    }

    /// How many pieces of each line somebody asks for.
    fn counts(&self, asked: &[OrderPieces], left: &[u32]) -> Result<Vec<u32>, CourseError> {
        let mut counts = vec![0_u32; self.lines.len()];
        for one in asked {
            let line = self.lines.iter().position(|line| line.sku == one.sku);
            let no_line = || CourseError::NoLine { sku: one.sku.clone() };
            let line = line.ok_or_else(no_line)?;
            let count = counts.get_mut(line).ok_or_else(no_line)?;
            *count = count.saturating_add(one.quantity);
            let most = at(left, line);
            if *count > most {
                return Err(CourseError::TooMany { sku: one.sku.clone(), left: most });
            }
        }
        Ok(counts)
    }

    fn pieces(&self, counts: &[u32]) -> Result<Vec<LinePieces>, CourseError> {
        let mut pieces = Vec::new();
        for (line, known) in self.lines.iter().enumerate() {
            let quantity = at(counts, line);
            if quantity > 0 {
                let paid_back = at(&self.progress.returned, line).saturating_add(at(&self.progress.called_off, line));
                pieces.push(LinePieces {
                    line,
                    sku: known.sku.clone(),
                    quantity,
                    taken_before: self.gone(line),
                    returned_before: at(&self.progress.returned, line),
                    stated: known.stated_for(paid_back, quantity)?,
                });
            }
        }
        if pieces.is_empty() { Err(CourseError::Nothing) } else { Ok(pieces) }
    }
}

#[cfg(test)]
#[path = "moves_tests.rs"]
mod tests;
