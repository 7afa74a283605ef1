//! What a process keeps of what it loaded for tenants, as far as its memory goes.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use kernel::TenantId;

/// How much of a process's memory it takes, about.
const MOST_BYTES: usize = 400_000_000;

/// One large thing for each tenant, such as an index or a model; those that were asked for longest ago go first. For [`Ctx::kept`].
///
/// [`Ctx::kept`]: crate::Ctx::kept
#[derive(Debug)]
pub struct Loaded<T>(Mutex<Kept<T>>);

#[derive(Debug)]
struct Kept<T> {
    by_tenant: BTreeMap<TenantId, One<T>>,
    asked: u64,
}

#[derive(Debug)]
struct One<T> {
    last_asked: u64,
    size_bytes: usize,
    loaded: Arc<T>,
}

impl<T> Default for Loaded<T> {
    fn default() -> Self {
        Self(Mutex::new(Kept { by_tenant: BTreeMap::new(), asked: 0 }))
    }
}

impl<T> Loaded<T> {
    /// What is loaded of a tenant.
    pub fn get(&self, tenant: TenantId) -> Option<Arc<T>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.asked += 1;
        let asked = kept.asked;
        let one = kept.by_tenant.get_mut(&tenant)?;
        one.last_asked = asked;
        Some(Arc::clone(&one.loaded))
    }

    /// Keeps it in place of what was loaded before. The last one is kept however large it is.
    pub fn put(&self, tenant: TenantId, loaded: Arc<T>, size_bytes: usize) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.asked += 1;
        let last_asked = kept.asked;
        kept.by_tenant.insert(tenant, One { last_asked, size_bytes, loaded });
        let size = |kept: &Kept<T>| kept.by_tenant.values().map(|one| one.size_bytes).sum::<usize>();
        while kept.by_tenant.len() > 1 && size(&kept) > MOST_BYTES {
            let oldest = kept.by_tenant.iter().min_by_key(|(_, one)| one.last_asked).map(|(tenant, _)| *tenant);
            let Some(oldest) = oldest else { break };
            kept.by_tenant.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_longest_ago_goes_first_and_the_last_one_stays() {
        let loaded = Loaded::<u8>::default();
        let [a, b, c] = [1_u128, 2, 3].map(|number| TenantId::new(number.into()));
        loaded.put(a, Arc::new(1), 150_000_000);
        loaded.put(b, Arc::new(2), 150_000_000);
        assert_eq!(loaded.get(a).as_deref(), Some(&1));
        loaded.put(c, Arc::new(3), 150_000_000);
        assert_eq!((loaded.get(a).as_deref(), loaded.get(b), loaded.get(c).as_deref()), (Some(&1), None, Some(&3)));
        loaded.put(b, Arc::new(4), 2 * MOST_BYTES);
        assert_eq!((loaded.get(a), loaded.get(b).as_deref(), loaded.get(c)), (None, Some(&4), None));
    }
}
