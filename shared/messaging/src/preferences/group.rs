//! Groups of messages: what a switch is about, where it is about more than one kind.

use kernel::Priority;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::catalogue::MessageKind;

/// What messages are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageGroup {
    /// Links, codes, and what changed how an account is opened. These are always sent, and at once.
    Security,
    /// Invoices, payments, refunds, withdrawals, and what follows when they are late.
    Billing,
    /// What is good to know of the account: trials, cards that end.
    Account,
    /// Messages of the tenant's own.
    News,
}

impl MessageGroup {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Security, Self::Billing, Self::Account, Self::News];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Security => "security",
            Self::Billing => "billing",
            Self::Account => "account",
            Self::News => "news",
        }
    }

    /// The group of this name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.as_str() == name)
    }

    /// The group of a message of this kind and priority.
    pub fn of(kind: &str, priority: Priority) -> Self {
        match priority {
            Priority::Critical => Self::Security,
            Priority::High | Priority::Medium | Priority::Low if MessageKind::find(kind).is_none() => Self::News,
            Priority::High => Self::Billing,
            Priority::Medium | Priority::Low => Self::Account,
        }
    }
}

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Topic<'a> {
    /// The key of its kind.
    pub kind: &'a str,
    /// How urgent it is.
    pub priority: Priority,
}

impl Topic<'_> {
    /// Its group.
    pub fn group(&self) -> MessageGroup {
        MessageGroup::of(self.kind, self.priority)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::ALL;

    #[test]
    fn what_is_critical_is_security_and_nothing_else_is() {
        for kind in ALL {
            let group = MessageGroup::of(kind.key, kind.priority);
            assert_eq!(group == MessageGroup::Security, kind.priority == Priority::Critical, "{}", kind.key);
            assert_ne!(group, MessageGroup::News, "{}", kind.key);
        }
        assert_eq!(MessageGroup::of("spring_sale", Priority::High), MessageGroup::News);
        for group in MessageGroup::ALL {
            assert_eq!(MessageGroup::find(group.as_str()), Some(group));
            assert!(crate::catalogue::MessageKind::find(group.as_str()).is_none(), "a switch names either");
        }
    }
}
