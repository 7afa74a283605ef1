//! Permits that this environment has taken in advance for hot callers: one write for many calls.
//!
//! Permits are taken from the table before anybody uses them, so that nobody has more calls than the plan allows. Those that
//! are left when their minute ends are lost. An environment takes at most as many at once as it let through in this minute
//! already, so that at most half of what it takes is ever lost, and nothing of a caller who comes now and then.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use allowances::RateLimits;
use table::Key;

/// From so many calls a minute on, permits are taken in blocks.
const LEASED_FROM: u32 = 1_000;
/// A block is this part of the limit of a minute at most.
const BLOCKS: u32 = 50;
/// When there are more leases, all begin anew: bounded memory, at the price of the permits that they hold.
const LEASES: usize = 10_000;

/// The leases of all callers of this environment, by the rows of their counters.
#[derive(Debug, Default)]
pub(crate) struct Leases(Mutex<BTreeMap<Key, Lease>>);

#[derive(Clone, Copy, Debug)]
struct Lease {
    /// Which minute it is of.
    minute: i64,
    /// How many calls this environment let through in it.
    passed: u32,
    /// How many permits are left.
    left: u32,
    /// What all environments had used when it was taken last, this lease's permits included.
    used: [u32; 3],
}

/// The largest block of permits under these limits; 1 where none are taken in advance.
const fn largest_block(limits: RateLimits) -> u32 {
    match limits.minute {
        Some(minute) if minute >= LEASED_FROM => minute / BLOCKS,
        Some(_) | None => 1,
    }
}

impl Leases {
    /// A permit that is at hand, and what is used then as far as is known here. Without a write.
    pub(crate) fn draw(&self, key: &Key, minute: i64) -> Option<[u32; 3]> {
        let mut leases = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lease = leases.get_mut(key).filter(|lease| lease.minute == minute && lease.left > 0)?;
        lease.left -= 1;
        lease.passed += 1;
        Some(lease.used.map(|used| used.saturating_sub(lease.left)))
    }

    /// How many permits to take at once under these limits: none in advance for a caller of a small plan, or for the first
    /// call of a minute.
    pub(crate) fn wanted(&self, key: &Key, minute: i64, limits: RateLimits) -> u32 {
        let largest = largest_block(limits);
        if largest == 1 {
            return 1;
        }
        let leases = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = leases.get(key).filter(|lease| lease.minute == minute).map_or(0, |lease| lease.passed);
        passed.clamp(1, largest)
    }

    /// Keeps what was taken beyond the one permit of the present call.
    pub(crate) fn keep(&self, key: &Key, minute: i64, taken: u32, used: [u32; 3], limits: RateLimits) {
        if largest_block(limits) == 1 {
            return;
        }
        let mut leases = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if leases.len() >= LEASES && !leases.contains_key(key) {
            leases.clear();
        }
        let lease = leases.entry(key.clone()).or_insert(Lease { minute, passed: 0, left: 0, used });
        if lease.minute != minute {
            *lease = Lease { minute, passed: 0, left: 0, used };
        }
        lease.passed += 1;
        lease.left += taken - 1;
        lease.used = used;
    }
}

#[cfg(test)]
mod tests {
    use kernel::TenantId;
    use table::TenantScope;

    use super::*;

    const LIMITS: RateLimits = RateLimits { minute: Some(1_000), hour: Some(25_000), day: None };

    fn key() -> Key {
        TenantScope::new(TenantId::PLATFORM).key("RL#usr_1", "WINDOWS")
    }

    #[test]
    fn a_hot_caller_takes_larger_and_larger_blocks_and_loses_them_with_the_minute() {
        let (leases, key) = (Leases::default(), key());
        let (mut blocks, mut used) = (Vec::new(), 0);
        for _ in 0..100 {
            if leases.draw(&key, 1).is_some() {
                continue;
            }
            let block = leases.wanted(&key, 1, LIMITS);
            used += block;
            leases.keep(&key, 1, block, [used; 3], LIMITS);
            blocks.push(block);
        }
        assert_eq!(blocks, [1, 1, 2, 4, 8, 16, 20, 20, 20, 20]);
        assert_eq!(used, 112);
        assert_eq!(leases.draw(&key, 1), Some([101; 3]), "what is left here is not told as used");
        assert_eq!((leases.draw(&key, 2), leases.wanted(&key, 2, LIMITS)), (None, 1));
    }

    #[test]
    fn small_plans_take_nothing_in_advance() {
        let (leases, key) = (Leases::default(), key());
        for limits in [RateLimits { minute: Some(999), ..LIMITS }, RateLimits { minute: None, ..LIMITS }] {
            leases.keep(&key, 1, 1, [1; 3], limits);
            assert_eq!((leases.wanted(&key, 1, limits), leases.draw(&key, 1)), (1, None));
        }
    }
}
