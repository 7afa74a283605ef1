//! Events about users. They carry ids and never names or addresses, so that nothing about an erased person is kept.

use kernel::{ImpersonationId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{AddressHash, Audience, Payload};

/// Whoever has the mailbox took over an account that somebody else may have registered with its address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserClaimed {
    /// Which user.
    pub user_id: UserId,
}

impl Payload for UserClaimed {
    const NAME: &'static str = "user.claimed";
    const AUDIENCE: Audience = Audience::Internal;
    type Subject = UserId;

    fn subject(&self) -> UserId {
        self.user_id
    }
}

/// The person's data was taken away for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserErased {
    /// Which user.
    pub user_id: UserId,
}

impl Payload for UserErased {
    const NAME: &'static str = "user.erased";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = UserId;

    fn subject(&self) -> UserId {
        self.user_id
    }
}

/// A user came in with a list from another system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserImported {
    /// Which user.
    pub user_id: UserId,
}

impl Payload for UserImported {
    const NAME: &'static str = "user.imported";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = UserId;

    fn subject(&self) -> UserId {
        self.user_id
    }
}

/// A second factor was confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserMfaEnabled {
    /// Which user.
    pub user_id: UserId,
}

impl Payload for UserMfaEnabled {
    const NAME: &'static str = "user.mfa_enabled";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = UserId;

    fn subject(&self) -> UserId {
        self.user_id
    }
}

/// The second factor was removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserMfaRemoved {
    /// Which user.
    pub user_id: UserId,
}

impl Payload for UserMfaRemoved {
    const NAME: &'static str = "user.mfa_removed";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = UserId;

    fn subject(&self) -> UserId {
        self.user_id
    }
}

/// The password was changed, by its owner or by a reset link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserPasswordChanged {
    /// Which user.
    pub user_id: UserId,
}

impl Payload for UserPasswordChanged {
    const NAME: &'static str = "user.password_changed";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = UserId;

    fn subject(&self) -> UserId {
        self.user_id
    }
}

/// Somebody asked for a link that sets a new password. The address may belong to nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserPasswordResetRequested {
    /// Which address.
    pub address_hash: AddressHash,
}

impl Payload for UserPasswordResetRequested {
    const NAME: &'static str = "user.password_reset_requested";
    const AUDIENCE: Audience = Audience::Internal;
    type Subject = AddressHash;

    fn subject(&self) -> AddressHash {
        self.address_hash.clone()
    }
}

/// A code is to be sent to a number that a user wants to prove. Neither is told here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserPhoneVerificationRequested {
    /// Which user.
    pub user_id: UserId,
    /// Until when the code works.
    pub expires_at: Timestamp,
}

impl Payload for UserPhoneVerificationRequested {
    const NAME: &'static str = "user.phone_verification_requested";
    const AUDIENCE: Audience = Audience::Internal;
    type Subject = UserId;

    fn subject(&self) -> UserId {
        self.user_id
    }
}

/// New recovery codes took the place of the former ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserRecoveryCodesCreated {
    /// Which user.
    pub user_id: UserId,
}

impl Payload for UserRecoveryCodesCreated {
    const NAME: &'static str = "user.recovery_codes_created";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = UserId;

    fn subject(&self) -> UserId {
        self.user_id
    }
}

/// A user proved an address for the first time: the account is ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserEmailVerified {
    /// Which user.
    pub user_id: UserId,
}

impl Payload for UserEmailVerified {
    const NAME: &'static str = "user.email_verified";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = UserId;

    fn subject(&self) -> UserId {
        self.user_id
    }
}

/// A user registered, or joined by an invitation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserRegistered {
    /// Which user.
    pub user_id: UserId,
}

impl Payload for UserRegistered {
    const NAME: &'static str = "user.registered";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = UserId;

    fn subject(&self) -> UserId {
        self.user_id
    }
}

/// Somebody registered in a tenant that does not say which addresses have accounts: a user once the mailed link is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserRegistrationRequested {
    /// The user that the registration becomes.
    pub user_id: UserId,
    /// Which address.
    pub address_hash: AddressHash,
}

impl Payload for UserRegistrationRequested {
    const NAME: &'static str = "user.registration_requested";
    const AUDIENCE: Audience = Audience::Internal;
    type Subject = AddressHash;

    fn subject(&self) -> AddressHash {
        self.address_hash.clone()
    }
}

/// Staff acts as a user from now on, for a quarter of an hour at most.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserImpersonated {
    /// As which user.
    pub user_id: UserId,
    /// Who acts.
    pub by: UserId,
    /// What is kept of it.
    pub impersonation_id: ImpersonationId,
}

impl Payload for UserImpersonated {
    const NAME: &'static str = "user.impersonated";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = UserId;

    fn subject(&self) -> UserId {
        self.user_id
    }
}

/// A user has other roles now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserRolesChanged {
    /// Which user.
    pub user_id: UserId,
    /// All roles that the user has now.
    pub roles: Vec<String>,
}

impl Payload for UserRolesChanged {
    const NAME: &'static str = "user.roles_changed";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = UserId;

    fn subject(&self) -> UserId {
        self.user_id
    }
}

/// A chat in Telegram was linked: it gets the user's messages, and answers about whom the user acts for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserTelegramLinked {
    /// Which user.
    pub user_id: UserId,
}

impl Payload for UserTelegramLinked {
    const NAME: &'static str = "user.telegram_linked";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = UserId;

    fn subject(&self) -> UserId {
        self.user_id
    }
}

/// Somebody asked for another link that proves an address. The address may belong to nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserVerificationRequested {
    /// Which address.
    pub address_hash: AddressHash,
}

impl Payload for UserVerificationRequested {
    const NAME: &'static str = "user.verification_requested";
    const AUDIENCE: Audience = Audience::Internal;
    type Subject = AddressHash;

    fn subject(&self) -> AddressHash {
        self.address_hash.clone()
    }
}
