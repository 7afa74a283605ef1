//! The browsers and phones of a user.
//!
//! `CONTACT#<usr id>` / `DEVICES` holds a user's devices, at most 20; `DEVICE#<psh id>` / `OWNER` says whose a device is. Its
//! id is a keyed hash of what it is reached by ([`DeviceIndex`]): a browser or an app that registers again is the same
//! device, and one that another user signs in on moves to that user.

use aws_lc_rs::hmac;
use kernel::{PushDeviceId, Secret, TenantId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use table::{Condition, Key, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item};
use ulid::Ulid;

use crate::push::{DeviceError, PushAddress};

/// How many devices a user has at most.
pub const MOST_DEVICES: usize = 20;

/// A device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PushDevice {
    /// From [`DeviceIndex::of`].
    pub id: PushDeviceId,
    /// How it is reached.
    pub address: PushAddress,
    /// When it registered last.
    pub registered_at: Timestamp,
}

/// The devices of a user, as stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceBook {
    /// The one that registered first is first. Sealed.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "table::personal")]
    pub devices: Vec<PushDevice>,
    /// Grows by one with every change; 0 where nothing is stored.
    pub version: u64,
}

/// Whose a device is, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeviceOwner {
    user_id: UserId,
}

impl Record for DeviceBook {
    const ROWS: &'static [&'static str] = &["CONTACT#{user} / DEVICES"];
}

impl Record for DeviceOwner {
    const ROWS: &'static [&'static str] = &["DEVICE#{device} / OWNER"];
}

impl DeviceBook {
    /// The book with a device, which takes the place of its former self.
    ///
    /// # Errors
    /// `TooMany`.
    pub fn with(&self, device: PushDevice) -> Result<Self, DeviceError> {
        let mut devices = self.without(&[device.id]).devices;
        if devices.len() >= MOST_DEVICES {
            return Err(DeviceError::TooMany);
        }
        devices.push(device);
        Ok(Self { devices, version: self.version + 1 })
    }

    /// The book without these devices.
    #[must_use]
    pub fn without(&self, ids: &[PushDeviceId]) -> Self {
        let devices = self.devices.iter().filter(|device| !ids.contains(&device.id)).cloned().collect();
        Self { devices, version: self.version + 1 }
    }

    /// One device.
    pub fn find(&self, id: PushDeviceId) -> Option<&PushDevice> {
        self.devices.iter().find(|device| device.id == id)
    }
}

/// Names devices: the same registration of a tenant has one name.
#[derive(Clone, Debug)]
pub struct DeviceIndex(hmac::Key);

impl DeviceIndex {
    /// The purpose of the key.
    pub const LABEL: &str = "push devices 1";

    /// The index under a key.
    pub fn new(key: &Secret<[u8; 32]>) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key.expose()))
    }

    /// The name of a device at one tenant: the first 128 bits of the keyed hash of its address.
    pub fn of(&self, tenant: TenantId, address: &PushAddress) -> PushDeviceId {
        let tag = hmac::sign(&self.0, format!("{tenant} {}", address.named()).as_bytes());
        let bits = tag.as_ref().iter().take(16).fold(0_u128, |bits, byte| (bits << 8) | u128::from(*byte));
        PushDeviceId::new(Ulid(bits))
    }
}

/// The devices of one tenant's users.
#[derive(Clone, Copy)]
pub struct Devices<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> Devices<'a> {
    /// The devices of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// A user's devices; an empty book where there is none. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn book(&self, user: UserId) -> Result<DeviceBook, TableError> {
        Ok(self.table.get(&self.book_key(user)).await?.map(from_item).transpose()?.unwrap_or_default())
    }

    /// Whose a device is. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn owner(&self, id: PushDeviceId) -> Result<Option<UserId>, TableError> {
        let row = self.table.get(&self.owner_key(id)).await?;
        Ok(row.map(from_item::<DeviceOwner>).transpose()?.map(|owner| owner.user_id))
    }

    /// Adds a user's next book to a transaction; it fails when another change came first.
    ///
    /// # Errors
    /// `Corrupt` when the row does not serialise.
    pub fn save(&self, transaction: &mut Transaction, user: UserId, book: &DeviceBook) -> Result<Slot, TableError> {
        let row = Write::put(self.book_key(user), book)?;
        Ok(transaction.add(row.when(Condition::follows(book.version))))
    }

    /// Gives a device to a user; it fails when it is no more whose it was read to be.
    ///
    /// # Errors
    /// `Corrupt` when the row does not serialise.
    pub fn save_owner(
        &self,
        transaction: &mut Transaction,
        id: PushDeviceId,
        user: UserId,
        before: Option<UserId>,
    ) -> Result<Slot, TableError> {
        let unchanged = before.map_or(Condition::NotExists, owned_by);
        let row = Write::put(self.owner_key(id), &DeviceOwner { user_id: user })?;
        Ok(transaction.add(row.when(unchanged)))
    }

    /// Lets a device of a user go; it fails when it is somebody else's by now.
    pub fn delete_owner(&self, transaction: &mut Transaction, id: PushDeviceId, user: UserId) -> Slot {
        let own = Condition::AnyOf(vec![Condition::NotExists, owned_by(user)]);
        transaction.add(Write::delete(self.owner_key(id)).when(own))
    }

    /// Takes devices away from a user, in one transaction; `book` is what was read.
    ///
    /// # Errors
    /// `Corrupt` when a row does not serialise.
    pub fn remove(
        &self,
        transaction: &mut Transaction,
        (user, book): (UserId, &DeviceBook),
        ids: &[PushDeviceId],
    ) -> Result<(), TableError> {
        self.save(transaction, user, &book.without(ids))?;
        for id in ids.iter().filter(|id| book.find(**id).is_some()) {
            self.delete_owner(transaction, *id, user);
        }
        Ok(())
    }

    /// Forgets a user's devices, for a user who is erased.
    pub fn forget(&self, transaction: &mut Transaction, user: UserId, book: &DeviceBook) {
        transaction.add(Write::delete(self.book_key(user)).when(Condition::VersionIs(book.version)));
        for device in &book.devices {
            self.delete_owner(transaction, device.id, user);
        }
    }

    fn book_key(&self, user: UserId) -> Key {
        self.scope.key(format_args!("CONTACT#{user}"), "DEVICES")
    }

    fn owner_key(&self, id: PushDeviceId) -> Key {
        self.scope.key(format_args!("DEVICE#{id}"), "OWNER")
    }
}

fn owned_by(user: UserId) -> Condition {
    Condition::Equals("userId", json!(user))
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

    use super::*;
    use crate::push::{Endpoint, Platform, WebKeys};

    const P256DH: &str = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";

    fn device(token: &str) -> PushDevice {
        let address = PushAddress::Fcm { token: token.to_owned().try_into().unwrap(), platform: Platform::Android };
        let index = DeviceIndex::new(&Secret::new([1; 32]));
        let id = index.of("tnt_00000000000000000000000001".parse().unwrap(), &address);
        PushDevice { id, address, registered_at: "2026-12-01T00:00:00Z".parse().unwrap() }
    }

    #[test]
    fn a_device_that_registers_again_is_one_and_the_twenty_first_is_too_many() {
        let mut book = DeviceBook::default();
        for number in 0..MOST_DEVICES {
            book = book.with(device(&number.to_string())).unwrap();
        }
        assert_eq!((book.devices.len(), book.version), (20, 20));
        assert_eq!(book.with(device("20")), Err(DeviceError::TooMany));
        let again = book.with(device("3")).unwrap();
        assert_eq!((again.devices.len(), again.devices.last()), (20, Some(&device("3"))));
        assert_eq!(again.without(&[device("3").id]).devices.len(), 19);
    }

    #[test]
    fn a_browser_is_the_same_with_other_keys_and_another_at_another_tenant() {
        let index = DeviceIndex::new(&Secret::new([1; 32]));
        let web = |secret: [u8; 16]| PushAddress::Web {
            endpoint: Endpoint::parse("https://fcm.googleapis.com/fcm/send/a", None).unwrap(),
            keys: WebKeys::parse(P256DH, &URL_SAFE_NO_PAD.encode(secret)).unwrap(),
        };
        let (one, other): (TenantId, TenantId) =
            ("tnt_00000000000000000000000001".parse().unwrap(), "tnt_00000000000000000000000002".parse().unwrap());
        assert_eq!(index.of(one, &web([1; 16])), index.of(one, &web([2; 16])));
        assert_ne!(index.of(one, &web([1; 16])), index.of(other, &web([1; 16])));
        assert!(!format!("{:?}", web([1; 16])).contains("fcm/send/a"));
    }
}
