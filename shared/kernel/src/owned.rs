//! What belongs to a party, closed until somebody says on whose behalf it is opened.

use crate::Party;

/// A value with the party that it belongs to. It cannot be looked at before it is opened, so that no route can forget to
/// ask whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned<T> {
    owner: Party,
    value: T,
}

impl<T> Owned<T> {
    /// Closes a value of `owner`.
    pub const fn new(owner: Party, value: T) -> Self {
        Self { owner, value }
    }

    /// Whose it is.
    pub const fn owner(&self) -> Party {
        self.owner
    }

    /// The value, for somebody who acts for these parties; `None` when it is another's.
    pub fn open_for(self, parties: &[Party]) -> Option<T> {
        parties.contains(&self.owner).then_some(self.value)
    }

    /// The value, for code that acts for nobody but the tenant itself; the reason is for the reader of the call.
    pub fn trusted(self, _reason: &'static str) -> T {
        self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_acts_for_the_owner_sees_the_value() {
        let party = |text: &str| text.parse::<Party>().unwrap();
        let (owner, other) = (party("cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X"), party("cus_01JD2Z3M4N5P6Q7R8S9T0V1W2Y"));
        let owned = Owned::new(owner, "invoice");
        assert_eq!(owned.clone().open_for(&[other, owner]), Some("invoice"));
        assert_eq!(owned.clone().open_for(&[other]), None);
        assert_eq!(owned.clone().open_for(&[]), None);
        assert_eq!(owned.trusted("the worker acts for the tenant"), "invoice");
    }
}
