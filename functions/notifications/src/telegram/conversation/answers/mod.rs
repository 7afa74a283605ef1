//! What bots answer about customers: read as it is now, by the same repositories as the API.

mod account;
mod balance;
mod invoices;
mod subscriptions;
mod used;

use billing::PlanCache;
use customers::Customers;
use kernel::{CustomerId, Locale, Party};
use messaging::telegram::{BotReply, Button, Command, Phrase, Press};
use table::{TableError, TenantScope};
use tenancy::Tenant;
use web::{Api, Problem};

pub(super) use account::{profile, support};
pub(super) use invoices::{pay, pay_by_number};

/// Something that is asked about a customer, by somebody who acts for it.
pub(super) struct Question<'a> {
    pub(super) api: &'a Api,
    pub(super) plans: &'a PlanCache,
    pub(super) tenant: &'a Tenant,
    pub(super) language: Locale,
    pub(super) customer: CustomerId,
}

/// What can be asked about a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Topic {
    Status,
    Plan,
    Usage,
    Quota,
    Invoices,
    Pay,
    Balance,
    Topup,
}

impl Topic {
    /// What a command asks about a customer; `None` for one that asks about something else.
    pub(super) const fn of(command: Command) -> Option<Self> {
        Some(match command {
            Command::Status => Self::Status,
            Command::Plan => Self::Plan,
            Command::Usage => Self::Usage,
            Command::Quota => Self::Quota,
            Command::Invoices => Self::Invoices,
            Command::Pay => Self::Pay,
            Command::Balance => Self::Balance,
            Command::Topup => Self::Topup,
            Command::Start
            | Command::Alerts
            | Command::Subscribe
            | Command::Unsubscribe
            | Command::Mute
            | Command::Unmute
            | Command::Language
            | Command::Profile
            | Command::Support
            | Command::Link
            | Command::Unlink
            | Command::Help => return None,
        })
    }
}

impl Question<'_> {
    /// The answer.
    ///
    /// # Errors
    /// Those of the table.
    pub(super) async fn answer(&self, topic: Topic) -> Result<BotReply, Problem> {
        match topic {
            Topic::Status => self.status().await,
            Topic::Plan => self.plan().await,
            Topic::Usage => self.usage().await,
            Topic::Quota => self.quota().await,
            Topic::Invoices => self.invoices().await,
            Topic::Pay => self.to_pay().await,
            Topic::Balance => self.balance().await,
            Topic::Topup => self.topup().await,
        }
    }

    const fn scope(&self) -> TenantScope {
        TenantScope::new(self.tenant.id)
    }

    const fn party(&self) -> Party {
        Party::Customer(self.customer)
    }

    const fn text(&self, phrase: Phrase) -> &'static str {
        phrase.text(self.language)
    }

    fn say(&self, phrase: Phrase, values: &[(&str, &str)]) -> String {
        phrase.with(self.language, values)
    }
}

/// For which of several customers? One read.
///
/// # Errors
/// Those of the table.
pub(super) async fn choose_customer(
    api: &Api,
    scope: TenantScope,
    (customers, language): (&[CustomerId], Locale),
    command: Command,
) -> Result<BotReply, Problem> {
    let found = Customers::new(api.table(), scope).get_many(customers).await?;
    let reply = BotReply::saying(Phrase::ChooseCustomer.text(language));
    let button = |reply: BotReply, customer: &customers::Customer| {
        reply.row([Button::tell(customer.printed_name(), Press::Of(command, customer.id))])
    };
    Ok(found.iter().filter(|customer| !customer.is_erased()).fold(reply, button))
}

/// For whom somebody acts, by name. One read, none for nobody.
async fn names(api: &Api, scope: TenantScope, customers: &[CustomerId]) -> Result<Vec<String>, TableError> {
    if customers.is_empty() {
        return Ok(Vec::new());
    }
    let found = Customers::new(api.table(), scope).get_many(customers).await?;
    Ok(found.iter().map(|customer| customer.printed_name().to_owned()).collect())
}

#[cfg(test)]
mod tests;
