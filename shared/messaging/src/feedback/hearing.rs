//! What a carrier's word about a message changes: the report, and what it says of the address, together or not at all.

use kernel::{NotificationId, Timestamp};
use table::{Race, Table, TableError, TenantScope, TransactError, Transaction};

use crate::{
    Bounces, CarrierWord, Channel, ContactPoint, Report, Reports, Stats, SuppressionIndex, SuppressionReason,
    Suppressions,
};

/// What a word says of the address that the message was for.
#[derive(Clone, Debug)]
pub enum OfAddress<'a> {
    /// Nothing.
    Nothing,
    /// Nothing is to be sent there any more, for this reason and by the carrier's own word for it.
    NeverAgain(ContactPoint<'a>, SuppressionReason, Option<String>),
    /// A mail came back for the moment.
    NotNow(ContactPoint<'a>),
}

impl OfAddress<'_> {
    /// What a report keeps of it once it was heeded.
    const fn mark(&self) -> Option<&'static str> {
        match self {
            Self::Nothing => None,
            Self::NeverAgain(_, SuppressionReason::Bounce, _) => Some("bounce"),
            Self::NeverAgain(_, SuppressionReason::Complaint, _) => Some("complaint"),
            Self::NeverAgain(_, SuppressionReason::OptOut, _) => Some("opt_out"),
            Self::NotNow(_) => Some("not_now"),
        }
    }
}

/// Notes what carriers of one tenant's messages say.
#[derive(Clone, Copy)]
pub struct Hearing<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
    index: &'a SuppressionIndex,
    now: Timestamp,
}

impl<'a> Hearing<'a> {
    /// At `now`, for the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope, index: &'a SuppressionIndex, now: Timestamp) -> Self {
        Self { table, scope, index, now }
    }

    /// Notes a word about a channel of a notification. What it says of the address is heeded whether or not the status is
    /// news, and once: a word that comes again leaves a suppression lifted that was lifted meanwhile. One to four round
    /// trips.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn hear(
        &self,
        (id, channel): (NotificationId, Channel),
        heard: CarrierWord,
        of_address: &OfAddress<'_>,
    ) -> Result<Race<()>, TableError> {
        let reports = Reports::new(self.table, self.scope);
        let known = reports.get(id, channel).await?;
        let next = match of_address.mark() {
            Some(mark) => Report::heeding(known.as_ref(), heard.clone(), mark, self.now),
            None => None,
        };
        let (report, of_address) = match next {
            Some(report) => (report, of_address),
            // Nothing is said of the address, or nothing that was not heeded before.
            None => match Report::after(known.as_ref(), heard, self.now) {
                Some(report) => (report, &OfAddress::Nothing),
                None => return Ok(Race::Settled(())),
            },
        };
        let mut transaction = Transaction::new();
        reports.save(&mut transaction, (id, channel), &report)?;
        let stats = Stats::new(self.table, self.scope);
        let counted: Vec<_> = report.to_count(known.as_ref()).collect();
        stats.count(&mut transaction, (id, channel), &counted, self.now);
        match of_address {
            OfAddress::Nothing => {}
            OfAddress::NeverAgain(address, reason, code) => {
                self.suppress(&mut transaction, *address, (*reason, code.clone())).await?;
            }
            OfAddress::NotNow(address) => self.count(&mut transaction, *address).await?,
        }
        match self.table.transact(transaction).await {
            Ok(()) => Ok(Race::Settled(())),
            Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
            Err(TransactError::Table(error)) => Err(error),
        }
    }

    /// Adds a suppression to a transaction, unless there is one. One round trip.
    async fn suppress(
        &self,
        transaction: &mut Transaction,
        address: ContactPoint<'_>,
        why: (SuppressionReason, Option<String>),
    ) -> Result<(), TableError> {
        let suppressions = Suppressions::new(self.table, self.scope);
        let suppression = self.index.suppression(self.scope.tenant(), address, why, self.now);
        if suppressions.get(suppression.id).await?.is_none() {
            suppressions.insert(transaction, &suppression)?;
        }
        Ok(())
    }

    /// Counts a mail that came back for the moment; too many are as one that came back for good.
    async fn count(&self, transaction: &mut Transaction, address: ContactPoint<'_>) -> Result<(), TableError> {
        let suppressions = Suppressions::new(self.table, self.scope);
        let id = self.index.of(self.scope.tenant(), address);
        let bounces: Bounces = suppressions.bounces(id, self.now).await?.and_one();
        suppressions.save_bounces(transaction, id, &bounces, self.now)?;
        if bounces.are_too_many() {
            self.suppress(transaction, address, (SuppressionReason::Bounce, Some("repeated".to_owned()))).await?;
        }
        Ok(())
    }
}
