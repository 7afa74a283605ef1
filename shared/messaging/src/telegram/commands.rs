//! The commands that bots know. Help, the menu in Telegram and the words of each are made of this list, so that none of them
//! can forget one.

use kernel::Locale;

use super::phrases::{Phrase, fill};

/// A command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Command {
    /// Links the chat by the code that follows; greets.
    Start,
    /// How things stand, in short.
    Status,
    /// What is subscribed to.
    Plan,
    /// What was used in this period.
    Usage,
    /// What is left of what the plan allows.
    Quota,
    /// What is to be paid.
    Invoices,
    /// Leads to where an invoice is paid.
    Pay,
    /// What is on the balance.
    Balance,
    /// How the balance is topped up.
    Topup,
    /// Which news the chat gets.
    Alerts,
    /// All news.
    Subscribe,
    /// No news.
    Unsubscribe,
    /// No news for a while.
    Mute,
    /// News again.
    Unmute,
    /// In which language the bot speaks.
    Language,
    /// Who is linked here.
    Profile,
    /// Where help is.
    Support,
    /// Links the chat, or says how.
    Link,
    /// Lets the chat go.
    Unlink,
    /// Lists the commands.
    Help,
}

impl Command {
    /// All of them, in the order of the help.
    pub const ALL: [Self; 20] = [
        Self::Status,
        Self::Plan,
        Self::Usage,
        Self::Quota,
        Self::Invoices,
        Self::Pay,
        Self::Balance,
        Self::Topup,
        Self::Alerts,
        Self::Subscribe,
        Self::Unsubscribe,
        Self::Mute,
        Self::Unmute,
        Self::Language,
        Self::Profile,
        Self::Support,
        Self::Start,
        Self::Link,
        Self::Unlink,
        Self::Help,
    ];

    /// The command of this name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|command| command.name() == name)
    }

    /// Without the slash: 1 to 32 of `a-z`, `0-9` and `_`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Status => "status",
            Self::Plan => "plan",
            Self::Usage => "usage",
            Self::Quota => "quota",
            Self::Invoices => "invoices",
            Self::Pay => "pay",
            Self::Balance => "balance",
            Self::Topup => "topup",
            Self::Alerts => "alerts",
            Self::Subscribe => "subscribe",
            Self::Unsubscribe => "unsubscribe",
            Self::Mute => "mute",
            Self::Unmute => "unmute",
            Self::Language => "language",
            Self::Profile => "profile",
            Self::Support => "support",
            Self::Link => "link",
            Self::Unlink => "unlink",
            Self::Help => "help",
        }
    }

    /// What it does, in a few words: 1 to 256 characters.
    pub const fn description(self, language: Locale) -> &'static str {
        self.described_by().text(language)
    }

    const fn described_by(self) -> Phrase {
        match self {
            Self::Start => Phrase::AboutStart,
            Self::Status => Phrase::AboutStatus,
            Self::Plan => Phrase::AboutPlan,
            Self::Usage => Phrase::AboutUsage,
            Self::Quota => Phrase::AboutQuota,
            Self::Invoices => Phrase::AboutInvoices,
            Self::Pay => Phrase::AboutPay,
            Self::Balance => Phrase::AboutBalance,
            Self::Topup => Phrase::AboutTopup,
            Self::Alerts => Phrase::AboutAlerts,
            Self::Subscribe => Phrase::AboutSubscribe,
            Self::Unsubscribe => Phrase::AboutUnsubscribe,
            Self::Mute => Phrase::AboutMute,
            Self::Unmute => Phrase::AboutUnmute,
            Self::Language => Phrase::AboutLanguage,
            Self::Profile => Phrase::AboutProfile,
            Self::Support => Phrase::AboutSupport,
            Self::Link => Phrase::AboutLink,
            Self::Unlink => Phrase::AboutUnlink,
            Self::Help => Phrase::AboutHelp,
        }
    }
}

/// One line for each command: `/status - how things stand`.
pub fn menu(language: Locale) -> impl Iterator<Item = String> {
    let line = move |command: Command| {
        fill("/{name} - {what}", &[("name", command.name()), ("what", command.description(language))])
    };
    Command::ALL.into_iter().map(line)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_list_is_one_that_telegram_takes() {
        assert!((18..=100).contains(&Command::ALL.len()));
        let names: BTreeSet<&str> = Command::ALL.iter().map(|command| command.name()).collect();
        assert_eq!(names.len(), Command::ALL.len(), "a name stands twice");
        for command in Command::ALL {
            assert_eq!(Command::find(command.name()), Some(command));
            assert!((1..=32).contains(&command.name().len()));
            assert!(command.name().bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'));
            for language in Locale::ALL {
                assert!((1..=256).contains(&command.description(language).chars().count()));
                assert!(menu(language).any(|line| line.starts_with(&format!("/{} - ", command.name()))));
            }
        }
        assert_eq!(Command::find("fly"), None);
    }
}
