//! A user: a member of a tenant, or one of its customers.

use std::str::FromStr;

use kernel::{Email, Fault, FaultKind, Locale, Phone, Secret, Timestamp, UserId, has_link, is_plain_line};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Candidate, LinkPurpose, Password, PasswordError, PasswordHash, PasswordRules, Preferences, Role, Suspension,
    VerificationError, VerifyToken,
};

/// 3 to 40 of `a-z0-9._-`, never shaped like an e-mail address: nobody can register another's address as a name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "The name that a user is seen by. Capitals are taken as lower-case letters",
    value_type = String, pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{2,39}$", example = "budi"
)]
pub struct Username(String);

/// The text is no username.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use 3 to 40 letters, digits, dots, underscores or hyphens, beginning with a letter or digit")]
pub struct UsernameError;

impl Username {
    /// The text, in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of a tombstone.
    pub(crate) fn erased(id: UserId) -> Self {
        Self(format!("erased-{}", id.ulid().to_string().to_ascii_lowercase()))
    }
}

impl FromStr for Username {
    type Err = UsernameError;

    fn from_str(text: &str) -> Result<Self, UsernameError> {
        let text = text.to_ascii_lowercase();
        let well_formed = (3..=40).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b))
            && text.starts_with(|c: char| c.is_ascii_alphanumeric());
        if well_formed { Ok(Self(text)) } else { Err(UsernameError) }
    }
}

impl TryFrom<String> for Username {
    type Error = UsernameError;

    fn try_from(text: String) -> Result<Self, UsernameError> {
        text.parse()
    }
}

impl From<Username> for String {
    fn from(username: Username) -> Self {
        username.0
    }
}

/// A name of a person: 1 to 80 characters on one line, none of them hidden, without links: names stand in mails to others.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "A name of a person: one line, no links",
    value_type = String, format = "plain-line-without-links", min_length = 1, max_length = 80, example = "Budi"
)]
pub struct PersonName(String);

impl TryFrom<String> for PersonName {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let well_formed = (1..=80).contains(&text.chars().count()) && is_plain_line(&text) && !has_link(&text);
        if well_formed {
            Ok(Self(text))
        } else {
            Err("use 1 to 80 characters on one line, without invisible ones and links")
        }
    }
}

impl From<PersonName> for String {
    fn from(name: PersonName) -> Self {
        name.0
    }
}

/// A phone number that waits to be proven by a code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PhoneCheck {
    /// The number.
    pub number: Phone,
    /// 128 random bits in base64url, of which the code is made.
    pub nonce: String,
    /// Until when the code works.
    pub expires_at: Timestamp,
    /// How many codes were tried.
    pub tries: u8,
}

/// A second factor: time-based codes by RFC 6238. How often codes were tried stands in a row of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Totp {
    /// The shared secret, sealed.
    pub secret: String,
    /// When the user showed the first code; a factor that was never shown is asked for by nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<Timestamp>,
    /// Keyed hashes of the recovery codes that are left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recovery: Vec<String>,
}

/// Whether a user may sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum UserStatus {
    /// May sign in.
    Active,
    /// May not, until somebody with the right activates the account again.
    Suspended,
    /// Never again: the person's data is gone, and only the id is left.
    Erased,
}

/// A user, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// The id.
    pub id: UserId,
    /// Unique in the tenant.
    #[serde(with = "table::personal")]
    pub email: Email,
    /// Unique in the tenant.
    pub username: Username,
    /// Given name.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "table::personal")]
    pub first_name: Option<PersonName>,
    /// Family name.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "table::personal")]
    pub last_name: Option<PersonName>,
    /// A proven phone number.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "table::personal")]
    pub phone: Option<Phone>,
    /// A phone number that waits to be proven.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "table::personal")]
    pub phone_check: Option<PhoneCheck>,
    /// What the user wants.
    #[serde(default)]
    pub preferences: Preferences,
    /// What the user may do.
    pub roles: Vec<Role>,
    /// Whether the user may sign in.
    pub status: UserStatus,
    /// Since when and why the user is suspended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspension: Option<Suspension>,
    /// When the person's data was taken away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<Timestamp>,
    /// When the address was proven.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_verified_at: Option<Timestamp>,
    /// The open verification link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<VerifyToken>,
    /// The open link that sets a new password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset: Option<VerifyToken>,
    /// The second factor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totp: Option<Totp>,
    /// A password that is not in its own row yet: of one who registers, of a change that is about to be saved, or of a row
    /// from before passwords had rows of their own. [`crate::Users::get_with_password`] reads the one that counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<PasswordHash>,
    /// When the user last set another password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_set_at: Option<Timestamp>,
    /// Whether the account came from another system and nobody has set its password by mail since: then neither the
    /// proof of its address nor its password is more than the word of whoever imported it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub imported: bool,
    /// Raised to end every session and token at once.
    pub auth_gen: u64,
    /// When the user was created.
    pub created_at: Timestamp,
    /// Raised by every change.
    pub version: u64,
}

/// For a field that is written only when it is set.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_false(value: &bool) -> bool {
    !*value
}

/// What somebody who registers says.
#[derive(Clone, Debug)]
pub struct Registration {
    /// The address.
    pub email: Email,
    /// The name to be seen by; one signs in by the address.
    pub username: Username,
    /// The password, not yet judged.
    pub password: Secret<String>,
    /// Given name.
    pub first_name: Option<PersonName>,
    /// Family name.
    pub last_name: Option<PersonName>,
    /// A phone number, which nothing proves.
    pub phone: Option<Phone>,
    /// The language of what is sent; that of the tenant's country when missing.
    pub locale: Option<Locale>,
}

/// What a new user is made of, beside the registration.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The new id.
    pub id: UserId,
    /// The hash of the chosen password.
    pub password: PasswordHash,
    /// What the user may do.
    pub roles: Vec<Role>,
    /// Randomness for the verification link.
    pub nonce: [u8; 16],
    /// The present.
    pub now: Timestamp,
}

/// Why something cannot be done with a user.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UserError {
    /// The address or the name is taken in this tenant.
    #[error("a user with this e-mail address or username exists already")]
    Exists,
    /// The name is taken in this tenant.
    #[error("this username is taken; choose another")]
    UsernameTaken,
    /// Wrong address, wrong password, or no such account: one answer for all.
    #[error("the e-mail address or the password is wrong")]
    InvalidCredentials,
    /// The password was right, but the account is suspended.
    #[error("this account is suspended; ask an administrator of your organisation")]
    NotActive,
    /// The password was right, but the tenant wants the address proven first.
    #[error("prove your e-mail address first with the link that was mailed to you, or ask for a new one")]
    EmailNotVerified,
    /// No such user.
    #[error("there is no such user")]
    NotFound,
    /// The password cannot be chosen.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The link cannot be used.
    #[error(transparent)]
    ChainLink(#[from] VerificationError),
}

impl Fault for UserError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Exists | Self::UsernameTaken => FaultKind::Conflict,
            Self::InvalidCredentials => FaultKind::Unauthenticated,
            Self::NotActive | Self::EmailNotVerified => FaultKind::Forbidden,
            Self::NotFound => FaultKind::NotFound,
            Self::Password(error) => error.kind(),
            Self::ChainLink(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Exists => "USER_EXISTS",
            Self::UsernameTaken => "USERNAME_TAKEN",
            Self::InvalidCredentials => "INVALID_CREDENTIALS",
            Self::NotActive => "ACCOUNT_NOT_ACTIVE",
            Self::EmailNotVerified => "EMAIL_NOT_VERIFIED",
            Self::NotFound => "NOT_FOUND",
            Self::Password(error) => error.code(),
            Self::ChainLink(error) => error.code(),
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Exists | Self::UsernameTaken => true,
            Self::InvalidCredentials | Self::NotActive | Self::EmailNotVerified | Self::NotFound => false,
            Self::Password(error) => error.is_final(),
            Self::ChainLink(error) => error.is_final(),
        }
    }
}

impl Registration {
    /// The password, if it may be chosen. Hash it, then call [`Registration::into_user`].
    ///
    /// # Errors
    /// As [`Password::choose`].
    pub fn choose_password(&self, mut rules: PasswordRules) -> Result<Candidate, PasswordError> {
        rules.context.push(self.email.as_str().to_owned());
        rules.context.push(self.username.as_str().to_owned());
        Password::choose(&self.password, &rules)
    }

    /// The user: active, with an open verification link.
    pub fn into_user(self, new: NewUser) -> User {
        User {
            id: new.id,
            email: self.email,
            username: self.username,
            first_name: self.first_name,
            last_name: self.last_name,
            phone: None,
            phone_check: self.phone.map(|number| PhoneCheck::unasked(number, new.now)),
            preferences: Preferences { locale: self.locale, ..Preferences::default() },
            roles: new.roles,
            status: UserStatus::Active,
            suspension: None,
            erased_at: None,
            email_verified_at: None,
            verification: Some(VerifyToken::new(LinkPurpose::VerifyEmail, new.nonce, new.now)),
            reset: None,
            totp: None,
            password: Some(new.password),
            password_set_at: None,
            imported: false,
            auth_gen: 0,
            created_at: new.now,
            version: 1,
        }
    }
}

impl User {
    /// The user with the address proven and the link used up.
    pub fn verified(self, now: Timestamp) -> Self {
        Self { email_verified_at: Some(now), verification: None, version: self.version + 1, ..self }
    }

    /// The user as their own row has it.
    pub(crate) fn without_password(self) -> Self {
        Self { password: None, ..self }
    }

    /// The user with every session and token ended.
    pub fn signed_out_everywhere(self) -> Self {
        Self { auth_gen: self.auth_gen + 1, version: self.version + 1, ..self }
    }

    /// Whether the user may sign in, and no session was ended since the account was of this generation.
    pub const fn is_active_in(&self, generation: u64) -> bool {
        matches!(self.status, UserStatus::Active) && self.auth_gen == generation
    }

    /// Whether this user may sign in now that the password was right.
    ///
    /// # Errors
    /// `NotActive`.
    pub const fn may_sign_in(&self) -> Result<(), UserError> {
        match self.status {
            UserStatus::Active => Ok(()),
            UserStatus::Suspended => Err(UserError::NotActive),
            UserStatus::Erased => Err(UserError::InvalidCredentials),
        }
    }

    /// Whether logins ask for a second factor.
    pub fn has_second_factor(&self) -> bool {
        self.totp.as_ref().is_some_and(|totp| totp.confirmed_at.is_some())
    }

    /// Whether this user is one of the administrators who are counted: the last of them stays.
    pub fn is_active_admin(&self) -> bool {
        self.status == UserStatus::Active && self.roles.contains(&Role::Admin)
    }

    /// Whether this user takes one of the seats of the tenant's plan: who may sign in and holds a role beyond USER.
    pub fn is_active_member(&self) -> bool {
        self.status == UserStatus::Active && Role::is_member(&self.roles)
    }

    /// The name that the user gave; `None` for one who is known by a username alone.
    pub fn given_name(&self) -> Option<String> {
        let names: Vec<&str> =
            [&self.first_name, &self.last_name].into_iter().flatten().map(|name| name.0.as_str()).collect();
        (!names.is_empty()).then(|| names.join(" "))
    }

    /// The first name where it is one word of 2 to 20 letters, with hyphens and apostrophes between them: such a name brings no
    /// message of its own to somebody whose address a stranger typed.
    pub fn plain_first_name(&self) -> Option<&str> {
        let name = self.first_name.as_ref().map(|name| name.0.as_str())?;
        let parts = name.split(['-', '\'', '\u{2019}']);
        let is_plain = parts.clone().all(|part| !part.is_empty() && part.chars().all(char::is_alphabetic));
        ((2..=20).contains(&name.chars().count()) && is_plain).then_some(name)
    }

    /// What others call the user: the given name, or the username.
    pub fn display_name(&self) -> String {
        self.given_name().unwrap_or_else(|| self.username.as_str().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_first_name_is_one_word_and_says_nothing_else() {
        let user = |name: &str| -> User {
            serde_json::from_value(serde_json::json!({
                "id": "usr_00000000000000000000000001", "email": "ana@example.com", "username": "ana", "roles": ["USER"],
                "status": "active", "authGen": 1, "createdAt": "2026-11-21T00:00:00.000Z", "version": 1,
                "firstName": name,
            }))
            .unwrap()
        };
        for name in ["Ana", "Jean-Luc", "N'Golo", "Zo\u{eb}", "\u{5f20}\u{4f1f}"] {
            assert_eq!(user(name).plain_first_name(), Some(name));
        }
        for name in ["You won", "Ana2", "A", "free-money-for-you-now", "Ana!", "-Ana", "Ana--Maria", "$$$"] {
            assert_eq!(user(name).plain_first_name(), None, "{name}");
        }
    }

    #[test]
    fn usernames_never_look_like_addresses() {
        assert_eq!("Budi.S-1_".parse::<Username>().unwrap().as_str(), "budi.s-1_");
        for bad in ["", "ab", "a@b.com", ".abc", "budi s", "bu\u{0434}i", &"a".repeat(41)] {
            assert_eq!(bad.parse::<Username>(), Err(UsernameError), "{bad}");
        }
    }

    #[test]
    fn names_hide_nothing() {
        for hidden in ['\0', '\n', '\u{200b}', '\u{202e}', '\u{2066}', '\u{feff}', '\u{3164}'] {
            assert!(PersonName::try_from(format!("Bu{hidden}di")).is_err(), "{hidden:?}");
            assert!(format!("bu{hidden}di").parse::<Username>().is_err(), "{hidden:?}");
        }
        for good in ["Budi", "Siti Nur'aini", "José", "Ольга", "محمد"] {
            assert!(PersonName::try_from(good.to_owned()).is_ok(), "{good}");
        }
        for bad in ["", " ", "Claim at http://evil.example", "WWW.evil.example", &"a".repeat(81)] {
            assert!(PersonName::try_from(bad.to_owned()).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn stored_users_stay_readable() {
        let user: User = table::record::from_golden(include_str!("../golden/user.registered.json")).unwrap();
        assert_eq!(user.roles, [Role::User]);
        assert_eq!(user.display_name(), "budi");
    }
}
