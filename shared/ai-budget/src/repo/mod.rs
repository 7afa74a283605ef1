//! Where the rows of a tenant's use of models are.
//!
//! | Partition | Sort key | What |
//! |---|---|---|
//! | `AI` | `SETTINGS` | the settings |
//! | `AI` | `KEY#<key>` | that a key of a provider is, or is about to be, in the secret store |
//! | `AI` | `BUDGET#<month>`, `SPENT#<holder>#<month>` | what a month's calls cost, in all and for one API key or user; kept for 400 days |
//! | `AIUSE#<day>` | `<request>` | one request |
//! | `AICACHE#<hash>` | `ANSWER` | an answer that is kept for a while |

mod spending;
#[cfg(test)]
mod tests;

use jiff::SignedDuration;
use kernel::{AiKeyId, Date, RequestId, Timestamp, Zone};
use table::{
    Condition, Key, Query, Slot, Table, TableError, TenantScope, Transaction, Write, WriteError, from_item, pages,
};

use crate::{AiSettings, AiUsage, BudgetPlace, KeptAnswer, ProviderKey};

/// How long a counter is kept after its last change.
const COUNTER_KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);

/// The rows of one tenant.
#[derive(Clone, Copy)]
pub struct AiRows<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> AiRows<'a> {
    /// Those of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// The settings; empty ones of version 0 where none were made. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn settings(&self) -> Result<AiSettings, TableError> {
        self.table.get(&self.settings_key()).await?.map_or_else(|| Ok(AiSettings::default()), from_item)
    }

    /// Adds to a transaction that the settings become these, unless others were made meanwhile.
    ///
    /// # Errors
    /// `Corrupt` when they do not serialise.
    pub fn save_settings(&self, transaction: &mut Transaction, settings: &AiSettings) -> Result<Slot, TableError> {
        let write = Write::put(self.settings_key(), settings)?.when(Condition::follows(settings.version));
        Ok(transaction.add(write))
    }

    /// Notes that a key is about to be put into the secret store. One write.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn note_key(&self, key: &ProviderKey) -> Result<(), TableError> {
        match self.table.write(Write::put(self.key_key(key.id), key)?).await {
            Ok(_) | Err(WriteError::ConditionFailed { .. }) => Ok(()),
            Err(WriteError::Table(error)) => Err(error),
        }
    }

    /// Forgets a key that is in the secret store no more. One write.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn forget_key(&self, key: AiKeyId) -> Result<(), TableError> {
        match self.table.write(Write::delete(self.key_key(key))).await {
            Ok(_) | Err(WriteError::ConditionFailed { .. }) => Ok(()),
            Err(WriteError::Table(error)) => Err(error),
        }
    }

    /// All keys that are, or may be, in the secret store. One query.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn keys(&self) -> Result<Vec<ProviderKey>, TableError> {
        pages::all(self.table, Query::partition(self.scope.partition("AI")).begins_with("KEY#")).await
    }

    /// An answer that is kept under this fingerprint and still given. One read.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn kept_answer(&self, fingerprint: &str, now: Timestamp) -> Result<Option<KeptAnswer>, TableError> {
        let row = self.table.get(&self.answer_key(fingerprint)).await?;
        let kept: Option<KeptAnswer> = row.and_then(pages::read);
        Ok(kept.filter(|kept| now < kept.until))
    }

    /// Keeps an answer in the place of any other. One write.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn keep_answer(&self, fingerprint: &str, answer: &KeptAnswer) -> Result<(), TableError> {
        match self.table.write(Write::put(self.answer_key(fingerprint), answer)?.ttl(answer.until)).await {
            Ok(_) | Err(WriteError::ConditionFailed { .. }) => Ok(()),
            Err(WriteError::Table(error)) => Err(error),
        }
    }

    /// What one request took that came then; nothing where it is not known how it ended. One read.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn usage(&self, at: Timestamp, request: RequestId) -> Result<Option<AiUsage>, TableError> {
        self.table.get(&self.usage_key(day_of(at), request)).await?.map(from_item).transpose()
    }

    /// The requests of a day, page by page.
    pub fn usage_of_day(&self, day: Date) -> pages::Walk<'a> {
        pages::Walk::new(self.table, Query::partition(self.scope.partition(format_args!("AIUSE#{day}"))))
    }

    fn settings_key(&self) -> Key {
        self.scope.key("AI", "SETTINGS")
    }

    fn key_key(&self, key: AiKeyId) -> Key {
        self.scope.key("AI", format_args!("KEY#{key}"))
    }

    fn answer_key(&self, fingerprint: &str) -> Key {
        self.scope.key(format_args!("AICACHE#{fingerprint}"), "ANSWER")
    }

    fn usage_key(&self, day: Date, request: RequestId) -> Key {
        self.scope.key(format_args!("AIUSE#{day}"), request)
    }

    fn place_key(&self, place: &BudgetPlace, month: Date) -> Key {
        let month = month.strftime("%Y-%m");
        match place {
            BudgetPlace::Tenant => self.scope.key("AI", format_args!("BUDGET#{month}")),
            BudgetPlace::Holder(holder) => self.scope.key("AI", format_args!("SPENT#{holder}#{month}")),
        }
    }
}

/// The day of UTC of an instant.
fn day_of(at: Timestamp) -> Date {
    at.date_in(&Zone::utc())
}

/// The write of a counter that goes 400 days after this day.
fn ending(write: Write, day: Date) -> Write {
    match Zone::utc().start_of(day) {
        Ok(start) => write.ttl(start.plus(COUNTER_KEPT)),
        Err(_) => write,
    }
}
