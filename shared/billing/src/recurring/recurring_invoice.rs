//! A recurring invoice: what it asks for, on which days it makes an invoice, and what becomes of it.

use kernel::{
    Currency, CustomerId, Date, InvoiceId, Locale, MoneyError, RecurringInvoiceId, TimeError, Timestamp, Zone,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Interval, Invoice, InvoiceError, InvoiceHead, InvoiceKind, Line, Memo, Period, RecurringInvoiceError, Source,
    Terms, Writing, calendar::periods::nth,
};

/// Lines that are invoiced on the first day and every interval after it, at the beginning of the day in the seller's zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecurringInvoice {
    /// The id.
    pub id: RecurringInvoiceId,
    /// Grows by one with each change.
    pub version: u64,
    /// Who is billed.
    pub customer_id: CustomerId,
    /// The currency of every amount.
    pub currency: Currency,
    /// What each invoice is made of, without days and taxes.
    pub lines: Vec<Line>,
    /// The language of the documents; none for the customer's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Locale>,
    /// How many days there are to pay; none for the seller's terms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms_days: Option<u16>,
    /// What is said beneath the lines. Written by hand, so that it may name a person: sealed.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "table::personal")]
    pub memo: Option<Memo>,
    /// Which days an invoice is for.
    pub covers: Covers,
    /// What is made.
    pub makes: Makes,
    /// How often.
    pub interval: Interval,
    /// The first day, from which all others are counted.
    pub start: Date,
    /// The last day on which an invoice may be made; none while it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// Where the days are.
    pub zone: Zone,
    /// Whether it makes invoices.
    pub status: RecurringStatus,
    /// Since which day it makes none, while it is paused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_on: Option<Date>,
    /// The code of what kept it from making an invoice, where that paused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// The days of the last pause, on which no invoice is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_out: Option<Period>,
    /// How many intervals after the first day the next invoice is.
    pub turn: u32,
    /// How many invoices it has made.
    pub made: u32,
    /// The last of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_invoice: Option<InvoiceId>,
    /// When it was made itself.
    pub created_at: Timestamp,
}

/// Which days an invoice is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Covers {
    /// None: what is sold at once.
    #[default]
    Nothing,
    /// The interval that begins: it is earned day by day.
    Coming,
    /// The interval that is over.
    Past,
}

/// What is made each time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Makes {
    /// An invoice that is issued and mailed.
    #[default]
    Invoices,
    /// A draft that somebody looks at, changes and finalizes.
    Drafts,
}

/// Whether invoices are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecurringStatus {
    /// They are.
    Active,
    /// They are not until it is resumed; the days that pass meanwhile are left out.
    Paused,
    /// The last was made, or the customer was erased.
    Over,
}

/// What is written of a recurring invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The lines; their days and taxes follow with each invoice.
    pub lines: Vec<Line>,
    /// The language of the documents.
    pub language: Option<Locale>,
    /// How many days there are to pay.
    pub terms_days: Option<u16>,
    /// What is said beneath the lines.
    pub memo: Option<Memo>,
    /// What is made.
    pub makes: Makes,
    /// The last day on which an invoice may be made.
    pub until: Option<Date>,
}

impl RecurringInvoice {
    /// The day of the next invoice; none when there is none to come.
    ///
    /// # Errors
    /// `Invoice(OutOfTime)`.
    pub fn next_day(&self) -> Result<Option<Date>, RecurringInvoiceError> {
        match self.status {
            RecurringStatus::Active => Ok(Some(self.day(self.turn.into())?)),
            RecurringStatus::Paused | RecurringStatus::Over => Ok(None),
        }
    }

    /// When the next invoice is made: at the beginning of its day.
    ///
    /// # Errors
    /// `Invoice(OutOfTime)`.
    pub fn due_at(&self) -> Result<Option<Timestamp>, RecurringInvoiceError> {
        let start = |day: Date| self.zone.start_of(day).map_err(|_: TimeError| out_of_time());
        self.next_day()?.map(start).transpose()
    }

    /// The draft of the next invoice, by the terms of the present, and the recurring invoice after it.
    ///
    /// # Errors
    /// `Over` unless it is active; `Invoice(_)`.
    pub fn make(&self, id: InvoiceId, terms: &Terms) -> Result<(Invoice, Self), RecurringInvoiceError> {
        let day = self.next_day()?.ok_or(RecurringInvoiceError::Over)?;
        let service = self.service()?;
        // A deduction has no days of its own.
        let dated = |line: &Line| Line { service: service.filter(|_| !line.amount.is_negative()), ..line.clone() };
        let writing = Writing {
            lines: self.lines.iter().map(dated).collect(),
            language: self.language.unwrap_or(terms.language),
            terms_days: self.terms_days,
            memo: self.memo.clone(),
        };
        let source = Source::Recurring { id: self.id, day };
        let head = InvoiceHead { id, kind: InvoiceKind::Recurring, source, currency: self.currency };
        let invoice = Invoice::written_for(head, writing, terms)?;
        let after = Self {
            turn: self.turn_from(self.turn.checked_add(1).ok_or_else(out_of_time)?)?,
            made: self.made.saturating_add(1),
            last_invoice: Some(id),
            version: self.version + 1,
            ..self.clone()
        };
        Ok((invoice, after.over_if_at_end()?))
    }

    /// The next version, which makes other invoices from now on.
    ///
    /// # Errors
    /// `Over`, `EndsBeforeNext`.
    pub fn rewritten(&self, pattern: Pattern) -> Result<Self, RecurringInvoiceError> {
        self.must_not_be_over()?;
        let Pattern { lines, language, terms_days, memo, makes, until } = pattern;
        let next = self.day(self.turn.into())?;
        if until != self.until && until.is_some_and(|until| until < next) {
            return Err(RecurringInvoiceError::EndsBeforeNext(next));
        }
        let version = self.version + 1;
        Ok(Self { version, lines, language, terms_days, memo, makes, until, ..self.clone() })
    }

    /// It makes no invoices from `today` on. Safe to repeat.
    ///
    /// # Errors
    /// `Over`.
    pub fn paused(self, today: Date) -> Result<Self, RecurringInvoiceError> {
        self.must_not_be_over()?;
        let since = self.paused_on.unwrap_or(today);
        Ok(Self { status: RecurringStatus::Paused, paused_on: Some(since), ..self })
    }

    /// The next version, which is paused from tomorrow on, because the invoice of a day cannot be made: that is made when it
    /// goes on.
    ///
    /// # Errors
    /// `Over`, `Invoice(OutOfTime)`.
    pub fn troubled(&self, code: &str, today: Date) -> Result<Self, RecurringInvoiceError> {
        let tomorrow = today.tomorrow().map_err(|_| out_of_time())?;
        let paused = self.clone().paused(tomorrow)?;
        Ok(Self { trouble: Some(code.to_owned()), version: self.version + 1, ..paused })
    }

    /// It goes on from `today` on: the days since it was paused are left out, those before are made up for. Over, when none is
    /// left. Safe to repeat.
    ///
    /// # Errors
    /// `Over`, `Invoice(OutOfTime)`.
    pub fn resumed(self, today: Date) -> Result<Self, RecurringInvoiceError> {
        self.must_not_be_over()?;
        if self.status == RecurringStatus::Active {
            return Ok(self);
        }
        let left_out = self.paused_on.map(|start| Period { start, end: today });
        let active = Self { status: RecurringStatus::Active, paused_on: None, trouble: None, left_out, ..self };
        Self { turn: active.turn_from(active.turn)?, ..active }.over_if_at_end()
    }

    /// It makes no more, because its customer was erased; nothing that may name a person is left.
    #[must_use]
    pub fn ended(&self) -> Self {
        let (status, version) = (RecurringStatus::Over, self.version + 1);
        Self { status, version, memo: None, paused_on: None, trouble: None, ..self.clone() }
    }

    /// The first turn from `turn` on whose day is not left out.
    fn turn_from(&self, mut turn: u32) -> Result<u32, RecurringInvoiceError> {
        while let Some(left_out) = self.left_out
            && left_out.contains(self.day(turn.into())?)
        {
            turn = turn.checked_add(1).ok_or_else(out_of_time)?;
        }
        Ok(turn)
    }

    fn must_not_be_over(&self) -> Result<(), RecurringInvoiceError> {
        if self.status == RecurringStatus::Over { Err(RecurringInvoiceError::Over) } else { Ok(()) }
    }

    fn over_if_at_end(self) -> Result<Self, RecurringInvoiceError> {
        let next = self.day(self.turn.into())?;
        let at_end = self.until.is_some_and(|until| until < next);
        Ok(if at_end { Self { status: RecurringStatus::Over, ..self } } else { self })
    }

    fn service(&self) -> Result<Option<Period>, RecurringInvoiceError> {
        let turn = i64::from(self.turn);
        let between = |from, to| Ok(Some(Period { start: self.day(from)?, end: self.day(to)? }));
        match self.covers {
            Covers::Nothing => Ok(None),
            Covers::Coming => between(turn, turn + 1),
            Covers::Past => between(turn - 1, turn),
        }
    }

    /// The day so many intervals after the first one: a short month shifts none of the others.
    fn day(&self, turn: i64) -> Result<Date, RecurringInvoiceError> {
        let turn = i32::try_from(turn).map_err(|_| out_of_time())?;
        nth(self.start, i32::from(self.interval.months()), turn).map_err(|_| out_of_time())
    }
}

const fn out_of_time() -> RecurringInvoiceError {
    RecurringInvoiceError::Invoice(InvoiceError::OutOfTime)
}

impl From<MoneyError> for RecurringInvoiceError {
    fn from(error: MoneyError) -> Self {
        Self::Invoice(error.into())
    }
}
