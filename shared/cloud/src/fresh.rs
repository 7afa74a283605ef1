//! What a process read of tenants a few seconds ago.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use kernel::{TenantId, Timestamp};

/// How long it is fresh: as long as a change may take to be felt by a process that knows better.
const FRESH_MILLIS: i64 = 5_000;
/// When it holds more tenants it is emptied: bounded memory.
const MOST: usize = 1_000;

/// One thing for each tenant, at most 5 seconds old. For [`Ctx::kept`].
///
/// [`Ctx::kept`]: crate::Ctx::kept
#[derive(Debug)]
pub struct Fresh<T>(Mutex<BTreeMap<TenantId, (Timestamp, T)>>);

impl<T> Default for Fresh<T> {
    fn default() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }
}

impl<T: Clone> Fresh<T> {
    /// What is fresh at an instant, and when it was read.
    pub fn get(&self, tenant: TenantId, now: Timestamp) -> Option<(Timestamp, T)> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = all.get(&tenant).cloned();
        found.filter(|(read_at, _)| (0..FRESH_MILLIS).contains(&(now.as_millis() - read_at.as_millis())))
    }

    /// Keeps what was read at an instant.
    pub fn put(&self, tenant: TenantId, read_at: Timestamp, one: T) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(tenant, (read_at, one));
    }

    /// Forgets what this process itself changed.
    pub fn forget(&self, tenant: TenantId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&tenant);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_fresh_for_five_seconds_and_not_before_it_was_read() {
        let (fresh, tenant) = (Fresh::default(), TenantId::new(1_u128.into()));
        let at = |millis: i64| Timestamp::from_millis(1_790_000_000_000 + millis).unwrap();
        fresh.put(tenant, at(0), 7);
        let known = |millis| fresh.get(tenant, at(millis)).map(|(_, one)| one);
        assert_eq!([-1, 0, 4_999, 5_000].map(known), [None, Some(7), Some(7), None]);
        fresh.forget(tenant);
        assert_eq!(known(0), None);
    }

    #[test]
    fn it_holds_a_thousand_tenants() {
        let fresh = Fresh::default();
        let now = Timestamp::from_millis(1_790_000_000_000).unwrap();
        for number in 0..=1_000_u128 {
            fresh.put(TenantId::new(number.into()), now, ());
        }
        assert_eq!(fresh.0.lock().unwrap().len(), 1);
    }
}
