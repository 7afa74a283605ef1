//! What people change about themselves, and administrators about people.

use kernel::Field;

use crate::{MembershipError, PersonName, PreferencesChange, User, Username};

/// What a PATCH says of a profile.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ProfileChange {
    /// Given name.
    pub first_name: Field<PersonName>,
    /// Family name.
    pub last_name: Field<PersonName>,
    /// Another name to be seen by; it cannot be taken away.
    pub username: Option<Username>,
    /// What the user wants.
    pub preferences: PreferencesChange,
}

impl User {
    /// The user after a PATCH; `None` when it changes nothing.
    ///
    /// # Errors
    /// `Erased`.
    pub fn with_profile(self, change: ProfileChange) -> Result<Option<Self>, MembershipError> {
        self.still_there()?;
        let new = Self {
            first_name: change.first_name.apply(self.first_name.clone()),
            last_name: change.last_name.apply(self.last_name.clone()),
            username: change.username.unwrap_or_else(|| self.username.clone()),
            preferences: self.preferences.clone().changed(change.preferences),
            ..self.clone()
        };
        if new == self { Ok(None) } else { Ok(Some(Self { version: self.version + 1, ..new })) }
    }

    /// The names of the fields of the profile that differ from `old`, for the audit trail.
    pub fn differences(&self, old: &Self) -> String {
        let all = [
            ("firstName", self.first_name != old.first_name),
            ("lastName", self.last_name != old.last_name),
            ("username", self.username != old.username),
            ("preferences", self.preferences != old.preferences),
        ];
        all.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect::<Vec<_>>().join(",")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_that_changes_nothing_makes_no_version() {
        let stored = r#"{"id":"usr_00000000000000000000000001","email":"budi@example.com","username":"budi",
            "firstName":"Budi","roles":["USER"],"status":"active","authGen":0,
            "createdAt":"2026-11-21T00:00:00.000Z","version":1}"#;
        let budi: User = serde_json::from_str(stored).unwrap();
        let same = ProfileChange { username: Some("budi".parse().unwrap()), ..ProfileChange::default() };
        assert_eq!(budi.clone().with_profile(same), Ok(None));
        let change = ProfileChange {
            first_name: Field::Null,
            username: Some("budi.s".parse().unwrap()),
            ..ProfileChange::default()
        };
        let changed = budi.clone().with_profile(change).unwrap().unwrap();
        assert_eq!((changed.first_name.clone(), changed.username.as_str(), changed.version), (None, "budi.s", 2));
        assert_eq!(changed.differences(&budi), "firstName,username");
        let tombstone = budi.erased("2026-11-21T01:00:00Z".parse().unwrap());
        assert_eq!(tombstone.with_profile(ProfileChange::default()), Err(MembershipError::Erased));
    }
}
