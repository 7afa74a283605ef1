//! What bots say: each phrase by its name, and a file for each language. A phrase that a language lacks does not compile.

mod en;
mod id;

use kernel::Locale;

macro_rules! phrases {
    ($($(#[doc = $what:literal])+ $name:ident),+ $(,)?) => {
        /// Something that bots say. Names in braces stand for values; the texts are plain, without markup.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Phrase {
            $($(#[doc = $what])+ $name),+
        }

        impl Phrase {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
        }
    };
}

phrases! {
    /// What `/start` does.
    AboutStart,
    /// What `/status` does.
    AboutStatus,
    /// What `/plan` does.
    AboutPlan,
    /// What `/usage` does.
    AboutUsage,
    /// What `/quota` does.
    AboutQuota,
    /// What `/invoices` does.
    AboutInvoices,
    /// What `/pay` does.
    AboutPay,
    /// What `/balance` does.
    AboutBalance,
    /// What `/topup` does.
    AboutTopup,
    /// What `/alerts` does.
    AboutAlerts,
    /// What `/subscribe` does.
    AboutSubscribe,
    /// What `/unsubscribe` does.
    AboutUnsubscribe,
    /// What `/mute` does.
    AboutMute,
    /// What `/unmute` does.
    AboutUnmute,
    /// What `/language` does.
    AboutLanguage,
    /// What `/profile` does.
    AboutProfile,
    /// What `/support` does.
    AboutSupport,
    /// What `/link` does.
    AboutLink,
    /// What `/unlink` does.
    AboutUnlink,
    /// What `/help` does.
    AboutHelp,
    /// Above the list of commands.
    HelpTitle,
    /// To a chat that is not linked.
    HowToLink,
    /// The chat was linked now.
    Linked,
    /// The chat is linked already.
    LinkedAlready,
    /// The code does not work.
    CodeInvalid,
    /// The chat was let go.
    Unlinked,
    /// To a group.
    WriteToMeAlone,
    /// The account is suspended.
    AccountClosed,
    /// The company is closed.
    TenantClosed,
    /// The user has another bot now.
    OtherBot,
    /// Opens the other bot.
    OpenOtherBot,
    /// The user acts for nobody.
    NoCustomer,
    /// For which customer?
    ChooseCustomer,
    /// What a button named is not there.
    NotFound,
    /// A button was done.
    Done,
    /// Above the state of things.
    StatusTitle,
    /// No subscription.
    NoSubscription,
    /// A subscription and where it stands.
    SubscriptionLine,
    /// The present period.
    PeriodLine,
    /// What changes next.
    ChangesLine,
    /// A subscription ends.
    EndsLine,
    /// How many of a plan.
    QuantityLine,
    /// Above what is subscribed to.
    PlanTitle,
    /// Above what was used.
    UsageTitle,
    /// What was used of a feature.
    UsageLine,
    /// A plan that counts nothing.
    NothingCounted,
    /// Above what is left.
    QuotaTitle,
    /// A quota with a limit.
    QuotaLine,
    /// A quota without one.
    QuotaUnlimited,
    /// A plan without quotas.
    NoQuota,
    /// For a minute.
    PerMinute,
    /// For an hour.
    PerHour,
    /// For a day.
    PerDay,
    /// For a month.
    PerMonth,
    /// For a period.
    PerPeriod,
    /// Above what is to be paid.
    InvoicesTitle,
    /// Nothing is to be paid.
    NothingOpen,
    /// An open invoice.
    InvoiceLine,
    /// An overdue invoice.
    InvoiceOverdue,
    /// More are open than are shown.
    MoreInvoices,
    /// How much is open in all.
    OpenTotal,
    /// Which invoice?
    ChooseInvoice,
    /// How an invoice is paid.
    PayHow,
    /// The button to the pay page.
    PayButton,
    /// Nothing is left to pay of this invoice.
    PaidAlready,
    /// By bank transfer.
    PayByTransfer,
    /// A bank account.
    BankAccount,
    /// Above the balance.
    BalanceTitle,
    /// What is there in a currency.
    BalanceLine,
    /// What withdrawals hold.
    HeldLine,
    /// There is nothing.
    NoBalance,
    /// How the balance is topped up.
    TopupHow,
    /// What the balance pays by itself: every invoice.
    BalancePaysAll,
    /// What the balance pays by itself: new invoices.
    BalancePaysNew,
    /// The balance pays nothing by itself.
    BalancePaysNothing,
    /// Above the news that the chat gets.
    AlertsTitle,
    /// All is stopped.
    AlertsStopped,
    /// Muted until.
    AlertsMuted,
    /// Not muted any more.
    Unmuted,
    /// The chat gets all news.
    Subscribed,
    /// The chat gets none.
    Unsubscribed,
    /// How a time is written.
    MuteHow,
    /// Topic: invoices.
    TopicInvoices,
    /// Topic: reminders.
    TopicReminders,
    /// Topic: payments.
    TopicPayments,
    /// Topic: news.
    TopicNews,
    /// Button: mute for eight hours.
    MuteButton,
    /// Button: news again.
    UnmuteButton,
    /// Button: no news.
    StopButton,
    /// Button: all news.
    ResumeButton,
    /// In which language?
    ChooseLanguage,
    /// The language is set.
    LanguageSet,
    /// Above who is linked.
    ProfileTitle,
    /// The user's name.
    ProfileName,
    /// The user's address.
    ProfileEmail,
    /// For whom the user acts.
    ProfileCustomer,
    /// Since when the chat is linked.
    ProfileLinked,
    /// Above where help is.
    SupportTitle,
    /// By mail.
    SupportEmail,
    /// By telephone.
    SupportPhone,
    /// The company told no address.
    NoSupport,
    /// A subscription in its trial.
    StateTrialing,
    /// A subscription that waits for its first payment.
    StateIncomplete,
    /// A subscription in force.
    StateActive,
    /// A subscription with an unpaid invoice.
    StatePastDue,
    /// A paused subscription.
    StatePaused,
    /// A suspended subscription.
    StateSuspended,
    /// A cancelled subscription.
    StateCancelled,
    /// An expired subscription.
    StateExpired,
}

impl Phrase {
    /// In a language.
    pub const fn text(self, language: Locale) -> &'static str {
        match language {
            Locale::En => en::text(self),
            Locale::Id => id::text(self),
        }
    }

    /// In a language, with its values.
    pub fn with(self, language: Locale, values: &[(&str, &str)]) -> String {
        fill(self.text(language), values)
    }
}

/// A phrase with its values: each `{name}` is replaced once, and no value is looked at again for more of them.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            filled.push('{');
            rest = after;
            continue;
        };
        let value = values.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        filled.push_str(value.unwrap_or_default());
        rest = after;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn names(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).map(|part| part.split_once('}').expect("a brace that is not closed").0).collect()
    }

    #[test]
    fn both_languages_say_everything_with_the_same_values() {
        for phrase in Phrase::ALL {
            let [english, indonesian] = [Locale::En, Locale::Id].map(|language| phrase.text(language));
            assert!(!english.trim().is_empty() && !indonesian.trim().is_empty(), "{phrase:?}");
            assert_eq!(names(english), names(indonesian), "{phrase:?}");
            assert!(english.chars().count() < 300 && indonesian.chars().count() < 300, "{phrase:?}");
        }
    }

    #[test]
    fn values_are_filled_in_once() {
        assert_eq!(fill("{a} owes {b}", &[("a", "{b}"), ("b", "5")]), "{b} owes 5");
        assert_eq!(fill("{a}{x}", &[("a", "1")]), "1");
        assert_eq!(fill("open {", &[]), "open {");
    }
}
