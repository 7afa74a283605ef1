//! Users who come from another system: what one row of a list must be.

use kernel::{Email, Fault, FaultKind, TenantId, Timestamp, UserId};

use crate::{AddressIndex, PasswordHash, PersonName, Preferences, Role, User, UserStatus, Username};

/// One row as it was sent, not yet judged.
#[derive(Clone, Debug, Default)]
pub struct ImportRow {
    /// The address.
    pub email: String,
    /// The name; made of the address when missing.
    pub username: Option<String>,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// A bcrypt hash; without one the user sets a password by mail.
    pub password_hash: Option<String>,
    /// Whether the other system has proven the address.
    pub email_verified: bool,
}

/// A row that can become a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The address.
    pub email: Email,
    /// The names to try in turn: the one that was sent, or two made of the address.
    pub usernames: Vec<Username>,
    first_name: Option<PersonName>,
    last_name: Option<PersonName>,
    password: Option<PasswordHash>,
    email_verified: bool,
}

/// Why a row cannot become a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportFault {
    /// The address is none.
    #[error("not an e-mail address")]
    Email,
    /// The username is none.
    #[error("not a username")]
    Username,
    /// The username belongs to another user.
    #[error("the username is taken")]
    UsernameTaken,
    /// A name of the person is empty or too long.
    #[error("not a name: 1 to 80 characters on one line")]
    Name,
    /// The password hash is none that is taken.
    #[error("not a bcrypt hash of cost 10 to 12")]
    PasswordHash,
}

impl Fault for ImportFault {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Email | Self::Username | Self::UsernameTaken | Self::Name | Self::PasswordHash => FaultKind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Email => "INVALID_EMAIL",
            Self::Username => "INVALID_USERNAME",
            Self::UsernameTaken => "USERNAME_TAKEN",
            Self::Name => "INVALID_NAME",
            Self::PasswordHash => "INVALID_PASSWORD_HASH",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Email | Self::Username | Self::UsernameTaken | Self::Name | Self::PasswordHash => true,
        }
    }
}

impl ImportRow {
    /// The row in the domain's terms.
    ///
    /// # Errors
    /// The first value that cannot be taken.
    pub fn parse(self, addresses: &AddressIndex, tenant: TenantId) -> Result<Imported, ImportFault> {
        let email: Email = self.email.parse().map_err(|_| ImportFault::Email)?;
        let usernames = match self.username {
            Some(name) => vec![name.parse().map_err(|_| ImportFault::Username)?],
            None => names_of(&email, &addresses.of(tenant, &email)),
        };
        let name = |name: Option<String>| name.map(PersonName::try_from).transpose().map_err(|_| ImportFault::Name);
        let password = self.password_hash.map(|hash| PasswordHash::imported(&hash)).transpose();
        Ok(Imported {
            usernames,
            first_name: name(self.first_name)?,
            last_name: name(self.last_name)?,
            password: password.map_err(|_| ImportFault::PasswordHash)?,
            email_verified: self.email_verified,
            email,
        })
    }
}

/// The local part, and the same made unique by what stands for the address: `budi.santoso`, `budi.santoso-k3j9x2ab`.
fn names_of(email: &Email, address: &str) -> Vec<Username> {
    let local = email.as_str().split('@').next().unwrap_or_default();
    let kept = local.chars().filter(|c| c.is_ascii_alphanumeric() || "._-".contains(*c)).take(30).collect::<String>();
    let kept = kept.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    let hash = address.to_ascii_lowercase();
    let hash: String = hash.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
    let with_hash = if kept.is_empty() { hash } else { format!("{kept}-{hash}") };
    [kept.to_owned(), with_hash].iter().filter_map(|name| name.parse().ok()).collect()
}

impl Imported {
    /// Whether a password came along.
    pub const fn has_password(&self) -> bool {
        self.password.is_some()
    }

    /// The customer of this row, under one of its names.
    pub fn into_user(self, id: UserId, username: Username, now: Timestamp) -> User {
        User {
            id,
            email: self.email,
            username,
            first_name: self.first_name,
            last_name: self.last_name,
            phone: None,
            phone_check: None,
            preferences: Preferences::default(),
            roles: vec![Role::User],
            status: UserStatus::Active,
            suspension: None,
            erased_at: None,
            email_verified_at: self.email_verified.then_some(now),
            verification: None,
            reset: None,
            totp: None,
            password: self.password,
            password_set_at: None,
            imported: true,
            auth_gen: 0,
            created_at: now,
            version: 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::Secret;

    use super::*;

    fn row(email: &str) -> ImportRow {
        ImportRow { email: email.to_owned(), ..ImportRow::default() }
    }

    fn parse(row: ImportRow) -> Result<Imported, ImportFault> {
        row.parse(&AddressIndex::new(&Secret::new([1; 32])), TenantId::PLATFORM)
    }

    #[test]
    fn a_missing_username_is_made_of_the_address() {
        let names = |email: &str| {
            let row = parse(row(email)).unwrap();
            row.usernames.iter().map(|name| name.as_str().to_owned()).collect::<Vec<_>>()
        };
        let made = names("Budi.Santoso@example.com");
        assert_eq!(made[0], "budi.santoso");
        assert!(made[1].starts_with("budi.santoso-") && made[1].len() == 21, "{made:?}");
        assert_ne!(names("budi.santoso@example.org")[1], made[1]);
        for odd in ["ab@example.com", "_@example.com", "+@example.com", &format!("{}@example.com", "a".repeat(64))] {
            assert!(!names(odd).is_empty(), "{odd}");
        }
    }

    #[test]
    fn a_bad_value_is_named() {
        let good = || row("budi@example.com");
        let cases = [
            (row("budi"), ImportFault::Email),
            (ImportRow { username: Some("b".to_owned()), ..good() }, ImportFault::Username),
            (ImportRow { first_name: Some(String::new()), ..good() }, ImportFault::Name),
            (ImportRow { last_name: Some("a".repeat(81)), ..good() }, ImportFault::Name),
            (ImportRow { password_hash: Some("$1$x".to_owned()), ..good() }, ImportFault::PasswordHash),
        ];
        for (row, fault) in cases {
            assert_eq!(parse(row), Err(fault));
        }
        assert!(!parse(good()).unwrap().has_password());
    }
}
