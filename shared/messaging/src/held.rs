//! Messages that wait for the end of their readers' quiet hours: a row of the agenda each.

use kernel::{NotificationId, Timestamp};
use table::{
    Slot, TableError, TenantScope, Transaction,
    agenda::{self, Due, DueKind},
};

use crate::Channel;

/// A channel of a notification that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Which notification.
    pub id: NotificationId,
    /// On which channel.
    pub channel: Channel,
}

impl Held {
    /// Holds it until then; twice is as once.
    ///
    /// # Errors
    /// `Corrupt` when the row does not serialise.
    pub fn until(
        self,
        transaction: &mut Transaction,
        scope: TenantScope,
        until: Timestamp,
    ) -> Result<Slot, TableError> {
        agenda::set(transaction, scope, DueKind::HeldMessage, self.name(), until)
    }

    /// What a message of the agenda asks for.
    ///
    /// # Errors
    /// `Corrupt` when it asks for something else.
    pub fn read(due: &Due) -> Result<Self, TableError> {
        let corrupt = || TableError::Corrupt(format!("{} of {}", due.kind.as_str(), due.id));
        let (id, channel) = due.id.split_once('/').ok_or_else(corrupt)?;
        let channel = serde_json::from_value(channel.into()).map_err(|_| corrupt())?;
        Ok(Self { id: id.parse().map_err(|_| corrupt())?, channel })
    }

    fn name(self) -> String {
        format!("{}/{}", self.id, self.channel.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_found_again_by_what_the_agenda_says() {
        let id = "ntf_01JD2Z3M4NTH9PN1NDQGTQ0F6K".parse().unwrap();
        for channel in [Channel::Email, Channel::Telegram, Channel::Sms, Channel::InApp] {
            let held = Held { id, channel };
            let (tenant_id, kind) = (kernel::TenantId::PLATFORM, DueKind::HeldMessage);
            let at = "2026-12-02T00:00:00Z".parse().unwrap();
            assert_eq!(Held::read(&Due { tenant_id, kind, id: held.name(), at }).unwrap(), held);
        }
        let due = Due {
            tenant_id: kernel::TenantId::PLATFORM,
            kind: DueKind::HeldMessage,
            id: format!("{id}/pigeon"),
            at: "2026-12-02T00:00:00Z".parse().unwrap(),
        };
        assert!(Held::read(&due).is_err());
    }
}
