//! How many different ones there are of many, over any days: exact while they are few, else a `HyperLogLog` of 4,096 registers
//! (p = 12), whose estimates are off by some 1.6 percent. Sketches of several days unite without counting anybody twice.
//!
//! It holds keyed hashes alone, which lead to nobody. All of it is arithmetic of integers: an estimate is the same everywhere.
//! Flajolet, Fusy, Gandouet, Meunier, "`HyperLogLog`: the analysis of a near-optimal cardinality estimation
//! algorithm", 2007.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// Up to how many a sketch is exact.
pub const EXACT: usize = 256;

/// How many registers: 2¹².
const REGISTERS: usize = 4_096;
const INDEX_BITS: u32 = 12;
/// What a register is at most: one more than the bits that are left of a hash.
const HIGHEST: u32 = 64 - INDEX_BITS + 1;
/// 0.7213 / (1 + 1.079 / 4096), in millionths: the correction of the paper for so many registers.
const ALPHA_MILLIONTHS: u128 = 721_110;
/// The digits that registers are written in, from 0.
const DIGITS: &[u8; 64] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";

/// How many different ones there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distinct {
    /// So many.
    Exactly(i64),
    /// About so many.
    About(i64),
}

/// A set that is only counted. Written as `=` and sixteen hexadecimal digits for each hash, or `~` and a digit for each register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sketch(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Exact(BTreeSet<u64>),
    Registers(Vec<u8>),
}

impl Default for Sketch {
    fn default() -> Self {
        Self(Kind::Exact(BTreeSet::new()))
    }
}

impl Distinct {
    /// The number, exact or not.
    pub const fn number(self) -> i64 {
        match self {
            Self::Exactly(number) | Self::About(number) => number,
        }
    }
}

impl Sketch {
    /// Whether one more with this hash would change nothing.
    pub fn has(&self, hash: u64) -> bool {
        match &self.0 {
            Kind::Exact(hashes) => hashes.contains(&hash),
            Kind::Registers(registers) => {
                let (at, rank) = place(hash);
                registers.get(at).is_some_and(|register| *register >= rank)
            }
        }
    }

    /// With one more.
    pub fn insert(&mut self, hash: u64) {
        match &mut self.0 {
            Kind::Exact(hashes) => {
                hashes.insert(hash);
                self.shorten();
            }
            Kind::Registers(registers) => raise(registers, hash),
        }
    }

    /// With all of another.
    pub fn unite(&mut self, other: &Self) {
        match (&mut self.0, &other.0) {
            (Kind::Exact(hashes), Kind::Exact(others)) => {
                hashes.extend(others);
                self.shorten();
            }
            (Kind::Registers(registers), Kind::Exact(others)) => others.iter().for_each(|hash| raise(registers, *hash)),
            (Kind::Exact(hashes), Kind::Registers(others)) => {
                let mut registers = others.clone();
                for hash in hashes.iter() {
                    raise(&mut registers, *hash);
                }
                self.0 = Kind::Registers(registers);
            }
            (Kind::Registers(registers), Kind::Registers(others)) => {
                for (register, other) in registers.iter_mut().zip(others) {
                    *register = (*register).max(*other);
                }
            }
        }
    }

    /// How many different ones there are.
    pub fn count(&self) -> Distinct {
        match &self.0 {
            Kind::Exact(hashes) => Distinct::Exactly(i64::try_from(hashes.len()).unwrap_or(i64::MAX)),
            Kind::Registers(registers) => Distinct::About(estimate(registers)),
        }
    }

    fn shorten(&mut self) {
        if let Kind::Exact(hashes) = &self.0
            && hashes.len() > EXACT
        {
            let mut registers = vec![0; REGISTERS];
            for hash in hashes {
                raise(&mut registers, *hash);
            }
            self.0 = Kind::Registers(registers);
        }
    }
}

/// The register of a hash, and the place of the first bit that is set of what is left of it.
fn place(hash: u64) -> (usize, u8) {
    let at = usize::try_from(hash >> (64 - INDEX_BITS)).unwrap_or_default();
    let rank = ((hash << INDEX_BITS).leading_zeros() + 1).min(HIGHEST);
    (at, u8::try_from(rank).unwrap_or_default())
}

fn raise(registers: &mut [u8], hash: u64) {
    let (at, rank) = place(hash);
    if let Some(register) = registers.get_mut(at) {
        *register = (*register).max(rank);
    }
}

fn estimate(registers: &[u8]) -> i64 {
    let many = REGISTERS as u128;
    // The sum of 2^-register, in units of 2^-53.
    let sum: u128 = registers.iter().map(|register| 1_u128 << HIGHEST.saturating_sub(u32::from(*register))).sum();
    let raw = ALPHA_MILLIONTHS * many * many * (1 << HIGHEST) / (sum.max(1) * 1_000_000);
    let empty: u128 = registers.iter().map(|register| u128::from(*register == 0)).sum();
    // While registers are empty, how many are says more: so many draws fill the others, in the mean.
    let estimate = if 2 * raw <= 5 * many && empty > 0 { draws_until(empty, many) } else { raw };
    i64::try_from(estimate).unwrap_or(i64::MAX)
}

/// How many draws of `many` it takes in the mean until `empty` of them were never drawn: `many · (1/(empty+1) + … + 1/many)`.
fn draws_until(empty: u128, many: u128) -> u128 {
    let sum: u128 = (empty + 1..=many).map(|left| (many << 32) / left).sum();
    (sum + (1 << 31)) >> 32
}

impl TryFrom<String> for Sketch {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let wrong = "not a sketch";
        if let Some(hashes) = text.strip_prefix('=') {
            let hash = |digits: &[u8]| {
                let digits = std::str::from_utf8(digits).ok().filter(|digits| digits.len() == 16)?;
                u64::from_str_radix(digits, 16).ok()
            };
            let hashes: Option<BTreeSet<u64>> = hashes.as_bytes().chunks(16).map(hash).collect();
            return hashes.filter(|hashes| hashes.len() <= EXACT).map(|hashes| Self(Kind::Exact(hashes))).ok_or(wrong);
        }
        let digits = text.strip_prefix('~').filter(|digits| digits.len() == REGISTERS).ok_or(wrong)?;
        let register = |digit: u8| DIGITS.iter().position(|one| *one == digit).and_then(|at| u8::try_from(at).ok());
        let registers: Option<Vec<u8>> = digits.bytes().map(register).collect();
        let registers = registers.filter(|all| all.iter().all(|one| u32::from(*one) <= HIGHEST));
        registers.map(|registers| Self(Kind::Registers(registers))).ok_or(wrong)
    }
}

impl From<Sketch> for String {
    fn from(sketch: Sketch) -> Self {
        let digit = |at: &u8| DIGITS.get(usize::from(*at)).map_or('0', |digit| char::from(*digit));
        match sketch.0 {
            Kind::Exact(hashes) => {
                std::iter::once("=".to_owned()).chain(hashes.iter().map(|hash| format!("{hash:016x}"))).collect()
            }
            Kind::Registers(registers) => std::iter::once('~').chain(registers.iter().map(digit)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A hash of a number: `SplitMix64`, whose bits are as good as random.
    fn hash(number: u64) -> u64 {
        let mut mixed = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn of(numbers: impl IntoIterator<Item = u64>) -> Sketch {
        let mut sketch = Sketch::default();
        numbers.into_iter().for_each(|number| sketch.insert(hash(number)));
        sketch
    }

    #[test]
    fn few_are_counted_exactly() {
        assert_eq!(Sketch::default().count(), Distinct::Exactly(0));
        assert_eq!(of([1, 2, 1]).count(), Distinct::Exactly(2));
        assert_eq!(of(0..256).count(), Distinct::Exactly(256));
        assert!(matches!(of(0..257).count(), Distinct::About(_)));
    }

    /// Three times the standard error of 1.04 / √4096.
    #[test]
    fn many_are_within_five_percent() {
        for many in [257, 1_000, 5_000, 10_000, 20_000, 100_000, 500_000_u64] {
            let counted = u64::try_from(of(0..many).count().number()).unwrap();
            assert!(counted.abs_diff(many) * 20 <= many, "{counted} of {many}");
        }
    }

    #[test]
    fn what_it_has_changes_nothing() {
        for many in [10, 1_000] {
            let mut sketch = of(0..many);
            let before = sketch.clone();
            assert!((0..many).all(|number| sketch.has(hash(number))));
            (0..many).for_each(|number| sketch.insert(hash(number)));
            assert_eq!(sketch, before);
        }
    }

    #[test]
    fn other_texts_are_no_sketches() {
        for text in ["", "=1", "=00000000000000zz", "~", "~000", "x"] {
            assert!(Sketch::try_from(text.to_owned()).is_err(), "{text}");
        }
        assert!(Sketch::try_from(format!("~{}", "_".repeat(REGISTERS))).is_err());
    }

    proptest! {
        #[test]
        fn a_union_is_the_sketch_of_all(first in 0_u64..600, second in 0_u64..600, shift in 0_u64..600) {
            let (one, other) = (of(0..first), of(shift..shift + second));
            let mut united = one.clone();
            united.unite(&other);
            prop_assert_eq!(&united, &of((0..first).chain(shift..shift + second)));
            let mut reversed = other;
            reversed.unite(&one);
            prop_assert_eq!(united, reversed);
        }

        #[test]
        fn it_is_read_as_it_was_written(many in 0_u64..600) {
            let sketch = of(0..many);
            prop_assert_eq!(Sketch::try_from(String::from(sketch.clone())).unwrap(), sketch);
        }
    }
}
