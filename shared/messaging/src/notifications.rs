//! What somebody is to be told, from the moment that it is decided until every channel is done with it.
//!
//! `NTF#<ntf id>` / `NTF`, written once. The row says who is told of what, and what a link or a code is made of; an address,
//! a name, a link or a code is not in it: all of these are read or made when the message is sent. How far each channel has
//! come is in the rows of [`Deliveries`](crate::Deliveries). The id is made of the event, the news and the recipient, so
//! that an event that is delivered again finds its own row.

use aws_lc_rs::digest::{SHA256, digest};
use kernel::{
    CreditNoteId, CustomerId, EventId, InvitationId, InvoiceId, NotificationId, Priority, TenantId, Timestamp, UserId,
};
use serde::{Deserialize, Serialize};
use table::{
    Condition, Key, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write, WriteError, from_item,
    pages::{self, Listed, PageRequest},
};
use ulid::Ulid;

use crate::{
    Channel, REMEMBERED, Values,
    catalogue::{
        MessageKind, PAYMENT_KEPT, PAYMENT_KEPT_IN_PART, PAYMENT_RECEIVED, PAYMENT_RECEIVED_IN_PART,
        PAYMENT_RECEIVED_MORE_OVERDUE, SERVICE_SUSPENDED, SERVICE_SUSPENDED_FOR_SEVERAL,
    },
    preferences::Topic,
};

/// Who is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "who", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Recipient {
    /// A user.
    User {
        /// Which.
        user_id: UserId,
    },
    /// Somebody who registered, and is no user before the mailed link is used.
    Registration {
        /// The user to be.
        user_id: UserId,
    },
    /// The address that was invited.
    Invited {
        /// By which invitation.
        invitation_id: InvitationId,
    },
    /// Whom an invoice is addressed to, where it was sent.
    BillTo {
        /// Which invoice.
        invoice_id: InvoiceId,
    },
    /// A user who acts for whom an invoice is addressed to.
    Payer {
        /// Which user.
        user_id: UserId,
        /// Which invoice.
        invoice_id: InvoiceId,
    },
    /// A customer for whom no user acts, where its invoices are sent.
    Customer {
        /// Which.
        customer_id: CustomerId,
    },
}

impl Recipient {
    /// The user, where it is one: whoever can have chosen what to be told.
    pub const fn user(self) -> Option<UserId> {
        match self {
            Self::User { user_id } | Self::Payer { user_id, .. } => Some(user_id),
            Self::Registration { .. } | Self::Invited { .. } | Self::BillTo { .. } | Self::Customer { .. } => None,
        }
    }

    /// The invoice that it is told of, as who pays it.
    pub const fn invoice(self) -> Option<InvoiceId> {
        match self {
            Self::BillTo { invoice_id } | Self::Payer { invoice_id, .. } => Some(invoice_id),
            Self::User { .. } | Self::Registration { .. } | Self::Invited { .. } | Self::Customer { .. } => None,
        }
    }

    /// Its name in ids, which never changes.
    fn named(self) -> String {
        match self {
            Self::User { user_id } => format!("user {user_id}"),
            Self::Registration { user_id } => format!("registration {user_id}"),
            Self::Invited { invitation_id } => format!("invited {invitation_id}"),
            Self::BillTo { invoice_id } => format!("bill_to {invoice_id}"),
            Self::Payer { user_id, invoice_id } => format!("payer {user_id} {invoice_id}"),
            Self::Customer { customer_id } => format!("customer {customer_id}"),
        }
    }
}

/// What must still hold when the message is sent, and what its link or its code is made of. A link or code is named by the
/// instant at which it ends: one that took its place has an event of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum SendWhile {
    /// Nothing: it happened.
    Nothing,
    /// The user may sign in.
    ActiveUser,
    /// The tenant is in its trial, and the user may sign in.
    Trial,
    /// The link that proves the address is open.
    VerifyLink {
        /// Until when it works.
        expires_at: Timestamp,
    },
    /// The link that sets a new password is open.
    ResetLink {
        /// Until when it works.
        expires_at: Timestamp,
    },
    /// The code that proves a phone number is open.
    PhoneCode {
        /// Until when it works.
        expires_at: Timestamp,
    },
    /// The invitation is open.
    OpenInvitation,
    /// Something is left to pay of the invoice.
    Unpaid,
    /// Nothing: this credit note was written, and its document comes with a mail.
    Credited {
        /// Which.
        credit_note_id: CreditNoteId,
    },
}

/// What is to be told, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notification {
    /// The id, from [`Notification::id_of`].
    pub id: NotificationId,
    /// The key of its [`MessageKind`].
    pub kind: String,
    /// Which queue carries it.
    pub priority: Priority,
    /// Who is told.
    pub recipient: Recipient,
    /// Over which channels.
    pub channels: Vec<Channel>,
    /// The values of its text, but those that are read or made when it is sent. Sealed.
    #[serde(default, skip_serializing_if = "Values::is_empty", with = "table::personal")]
    pub says: Values,
    /// In whose name.
    pub sender: String,
    /// When it is still to be sent.
    pub needs: SendWhile,
    /// The notifications that it tells of, where it is a digest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tells: Vec<NotificationId>,
    /// The event that it tells of.
    pub event_id: EventId,
    /// When it was decided.
    pub created_at: Timestamp,
    /// From when on it is sent no more and forgotten: as long after its event as deliveries are remembered.
    pub expires_at: Timestamp,
}

impl Record for Notification {
    const ROWS: &'static [&'static str] = &["NTF#{notification} / NTF"];
    /// By the names of the text's variables.
    const FREE: &'static [&'static str] = &["says"];
}

/// What is decided of a notification before it has an id.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Which text.
    pub kind: MessageKind,
    /// Who is told.
    pub recipient: Recipient,
    /// Over which channels.
    pub channels: Vec<Channel>,
    /// What the text says.
    pub says: Values,
    /// In whose name.
    pub sender: String,
    /// When it is still to be sent.
    pub needs: SendWhile,
}

/// One message of a priority's queue: a channel of a notification is to be delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Dispatch {
    /// The tenant.
    pub tenant_id: TenantId,
    /// The notification.
    pub notification_id: NotificationId,
    /// The channel.
    pub channel: Channel,
    /// Set on one that was sent anew, since the channel took no more messages then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resent: Option<Resent>,
}

/// Why a message is in its queue anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Resent {
    /// Since when the channel has been taking no more messages.
    pub since: Timestamp,
    /// When to try again: a queue keeps a message back for less long than a channel may ask for.
    pub due: Timestamp,
}

/// Whether a notification was there before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stored {
    /// No.
    New(Notification),
    /// Yes: as it was decided the first time.
    Known(Notification),
}

/// Kinds that are one piece of news, told as things stand: an event that comes again when they stand otherwise is not told
/// once more in other words.
const VARIANTS: [(&str, &str); 5] = [
    (PAYMENT_KEPT.key, PAYMENT_RECEIVED.key),
    (PAYMENT_KEPT_IN_PART.key, PAYMENT_RECEIVED.key),
    (PAYMENT_RECEIVED_IN_PART.key, PAYMENT_RECEIVED.key),
    (PAYMENT_RECEIVED_MORE_OVERDUE.key, PAYMENT_RECEIVED.key),
    (SERVICE_SUSPENDED_FOR_SEVERAL.key, SERVICE_SUSPENDED.key),
];

impl Notification {
    /// What it is about.
    pub fn topic(&self) -> Topic<'_> {
        Topic { kind: &self.kind, priority: self.priority }
    }

    /// When the event happened that it tells of.
    pub fn occurred_at(&self) -> Timestamp {
        self.expires_at.plus(-REMEMBERED)
    }

    /// The notification that an event asks for.
    pub fn of(notice: Notice, event_id: EventId, occurred_at: Timestamp, now: Timestamp) -> Self {
        let Notice { kind, recipient, channels, says, sender, needs } = notice;
        Self {
            id: Self::id_of(event_id, kind.key, recipient),
            kind: kind.key.to_owned(),
            priority: kind.priority,
            recipient,
            channels,
            says,
            sender,
            needs,
            tells: Vec::new(),
            event_id,
            created_at: now,
            expires_at: occurred_at.plus(REMEMBERED),
        }
    }

    /// The same on every delivery of the event, another for every piece of news and recipient.
    pub fn id_of(event: EventId, kind: &str, recipient: Recipient) -> NotificationId {
        let news = VARIANTS.iter().find(|(variant, _)| *variant == kind).map_or(kind, |(_, news)| news);
        let named = format!("{event}\n{news}\n{}", recipient.named());
        let hash = digest(&SHA256, named.as_bytes());
        let random = hash.as_ref().iter().take(10).fold(0_u128, |random, byte| (random << 8) | u128::from(*byte));
        NotificationId::new(Ulid::from_parts(event.ulid().timestamp_ms(), random))
    }
}

/// Whose notifications are listed together, in GSI1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SentTo {
    /// Those to a user.
    User(UserId),
    /// Those to the address on an invoice.
    AddressOf(InvoiceId),
    /// Those to a customer's address.
    Customer(CustomerId),
    /// Those to the address that was invited.
    Invited(InvitationId),
}

impl SentTo {
    /// Where those to a recipient are listed; nowhere those to who only asked to be one.
    const fn of(recipient: Recipient) -> Option<Self> {
        match recipient {
            Recipient::User { user_id } | Recipient::Payer { user_id, .. } => Some(Self::User(user_id)),
            Recipient::BillTo { invoice_id } => Some(Self::AddressOf(invoice_id)),
            Recipient::Customer { customer_id } => Some(Self::Customer(customer_id)),
            Recipient::Invited { invitation_id } => Some(Self::Invited(invitation_id)),
            Recipient::Registration { .. } => None,
        }
    }

    fn name(self) -> String {
        match self {
            Self::User(id) => format!("NTFS#USER#{id}"),
            Self::AddressOf(id) => format!("NTFS#INV#{id}"),
            Self::Customer(id) => format!("NTFS#CUS#{id}"),
            Self::Invited(id) => format!("NTFS#IVT#{id}"),
        }
    }
}

/// The notifications of one tenant.
#[derive(Clone, Copy)]
pub struct Notifications<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> Notifications<'a> {
    /// The notifications of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// One notification. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, id: NotificationId) -> Result<Option<Notification>, TableError> {
        self.table.get(&self.key(id)).await?.map(from_item).transpose()
    }

    /// Stores a notification; it fails when it is there.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert(&self, transaction: &mut Transaction, notification: &Notification) -> Result<Slot, TableError> {
        Ok(transaction.add(self.row(notification)?))
    }

    /// Stores a notification unless it is there. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn store(&self, notification: Notification) -> Result<Stored, TableError> {
        match self.table.write(self.row(&notification)?).await {
            Ok(_) => Ok(Stored::New(notification)),
            Err(WriteError::ConditionFailed { current }) => {
                let known = current.map(from_item).transpose()?;
                Ok(Stored::Known(known.unwrap_or(notification)))
            }
            Err(WriteError::Table(error)) => Err(error),
        }
    }

    /// Those that one reader was told, newest first, of which `keep` wants some. One query, with a filter up to ten.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn sent_to(
        &self,
        to: SentTo,
        request: &PageRequest,
        keep: impl Fn(&Notification) -> bool,
    ) -> Result<Listed<Notification>, TableError> {
        let listed = Query::gsi1(self.scope.partition(to.name())).descending();
        pages::page(self.table, listed, request, keep).await
    }

    fn row(&self, notification: &Notification) -> Result<Write, TableError> {
        let row = Write::put(self.key(notification.id), notification)?.ttl(notification.expires_at);
        let row = match SentTo::of(notification.recipient) {
            Some(to) => row.gsi1(self.scope.gsi1(to.name(), notification.id)),
            None => row,
        };
        Ok(row.when(Condition::NotExists))
    }

    fn key(&self, id: NotificationId) -> Key {
        self.scope.key(format_args!("NTF#{id}"), "NTF")
    }
}

#[cfg(test)]
#[path = "notifications_tests.rs"]
mod tests;
