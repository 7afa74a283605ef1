//! What tokens cost, in billionths of a US dollar.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::TokenUsage;

/// An amount in billionths of a US dollar: 1,000,000,000 is one dollar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct NanoUsd(pub i64);

impl NanoUsd {
    /// Both together, held to what fits.
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// Dollars with up to nine decimals and no zeros at the end: `0.0058125`.
impl fmt::Display for NanoUsd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, fraction) = (self.0.unsigned_abs() / 1_000_000_000, self.0.unsigned_abs() % 1_000_000_000);
        let digits = format!("{fraction:09}");
        let digits = digits.trim_end_matches('0');
        if digits.is_empty() { write!(f, "{sign}{whole}") } else { write!(f, "{sign}{whole}.{digits}") }
    }
}

/// What a token of each class costs, in billionths of a US dollar, 0 or more. All four must be said: a class without a price would
/// be given away. Whoever charges nothing for putting tokens into its cache charges for reading them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TokenRates {
    /// Read, and in no cache.
    #[schema(minimum = 0)]
    pub uncached: i64,
    /// Read from the provider's cache.
    #[schema(minimum = 0)]
    pub cache_read: i64,
    /// Read, and put into the provider's cache.
    #[schema(minimum = 0)]
    pub cache_write: i64,
    /// Written, thoughts included.
    #[schema(minimum = 0)]
    pub output: i64,
}

/// What a model's tokens cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TokenPrice {
    /// A token of each class.
    pub rates: TokenRates,
    /// What a call costs instead that reads more than some providers' long prompts begin at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub long: Option<LongPrice>,
}

/// What a call with a long prompt costs, all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LongPrice {
    /// It holds for calls that read more tokens than this.
    pub above: u64,
    /// A token of each class.
    pub rates: TokenRates,
}

impl TokenRates {
    /// Whether none is below 0.
    pub fn is_valid(&self) -> bool {
        [self.uncached, self.cache_read, self.cache_write, self.output].iter().all(|rate| *rate >= 0)
    }
}

impl TokenPrice {
    /// Whether no rate is below 0.
    pub fn is_valid(&self) -> bool {
        self.rates.is_valid() && self.long.is_none_or(|long| long.rates.is_valid())
    }

    fn rates_for(&self, input: u64) -> TokenRates {
        self.long.filter(|long| input > long.above).map_or(self.rates, |long| long.rates)
    }

    /// What a call cost, held to what fits.
    pub fn cost(&self, usage: &TokenUsage) -> NanoUsd {
        let rates = self.rates_for(usage.input());
        let classes = [
            (usage.uncached, rates.uncached),
            (usage.cache_read, rates.cache_read),
            (usage.cache_write, rates.cache_write),
            (usage.output, rates.output),
        ];
        let each = classes.iter().map(|(tokens, rate)| i128::from(*tokens) * i128::from(*rate));
        let sum = each.fold(0, i128::saturating_add);
        NanoUsd(i64::try_from(sum).unwrap_or(i64::MAX))
    }

    /// What a call costs at most that reads up to `input` tokens, whichever class each is of, and writes up to `output`.
    pub fn most(&self, input: u64, output: u64) -> NanoUsd {
        let rates = self.rates_for(input);
        let dearest = rates.uncached.max(rates.cache_read).max(rates.cache_write);
        let price = Self { rates: TokenRates { uncached: dearest, ..rates }, long: None };
        price.cost(&TokenUsage { uncached: input, output, ..TokenUsage::default() })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{ChatUsage, wire::answer::PromptDetails};

    fn price(uncached: i64, cache_read: i64, cache_write: i64, output: i64) -> TokenPrice {
        TokenPrice { rates: TokenRates { uncached, cache_read, cache_write, output }, long: None }
    }

    #[test]
    fn ai_t25_cached_tokens_are_among_those_of_the_prompt() {
        let said = ChatUsage {
            prompt_tokens: 2_000,
            completion_tokens: 500,
            total_tokens: 2_500,
            prompt_tokens_details: Some(PromptDetails { cached_tokens: Some(1_500), cache_write_tokens: None }),
            ..ChatUsage::default()
        };
        let cost = price(1_250, 125, 1_250, 10_000).cost(&said.normalised());
        assert_eq!((cost, cost.to_string().as_str()), (NanoUsd(5_812_500), "0.0058125"));
    }

    #[test]
    fn ai_t25_cached_tokens_are_beside_those_of_the_input() {
        let used = TokenUsage { uncached: 500, cache_read: 1_500, cache_write: 0, output: 500 };
        let cost = price(3_000, 300, 3_750, 15_000).cost(&used);
        assert_eq!((cost, cost.to_string().as_str()), (NanoUsd(9_450_000), "0.00945"));
    }

    #[test]
    fn ai_t25_all_four_classes_are_charged() {
        let used = TokenUsage { uncached: 1, cache_read: 32_634, cache_write: 1_190, output: 672 };
        let cost = price(3_300, 330, 4_125, 16_500).cost(&used);
        assert_eq!((cost, cost.to_string().as_str()), (NanoUsd(26_769_270), "0.02676927"));
    }

    #[test]
    fn a_price_says_all_four_classes() {
        let whole = r#"{"rates":{"uncached":1,"cacheRead":0,"cacheWrite":1,"output":2}}"#;
        assert!(serde_json::from_str::<TokenPrice>(whole).is_ok());
        for class in ["\"uncached\":1,", "\"cacheRead\":0,", "\"cacheWrite\":1,", ",\"output\":2"] {
            let missing = whole.replace(class, "");
            assert!(serde_json::from_str::<TokenPrice>(&missing).is_err(), "{missing}");
        }
        assert!(!price(-1, 0, 0, 0).is_valid());
    }

    #[test]
    fn a_long_prompt_is_dear_from_its_first_token() {
        let long = LongPrice { above: 200_000, rates: price(4_000, 400, 4_000, 18_000).rates };
        let price = TokenPrice { long: Some(long), ..price(2_000, 200, 2_000, 12_000) };
        let at = |cache_read| price.cost(&TokenUsage { uncached: 1, cache_read, output: 1, cache_write: 0 });
        assert_eq!(at(199_999), NanoUsd(2_000 + 199_999 * 200 + 12_000));
        assert_eq!(at(200_000), NanoUsd(4_000 + 200_000 * 400 + 18_000));
    }

    #[test]
    fn dollars_are_written_plainly() {
        for (nanos, text) in [(0, "0"), (1_000_000_000, "1"), (1, "0.000000001"), (-1_500_000_000, "-1.5")] {
            assert_eq!(NanoUsd(nanos).to_string(), text);
        }
        assert_eq!(NanoUsd(i64::MIN).to_string(), "-9223372036.854775808");
    }

    proptest! {
        #[test]
        fn no_call_costs_more_than_was_foreseen(
            rates in prop::array::uniform8(0_i64..100_000), tokens in prop::array::uniform4(0_u64..400_000),
        ) {
            let of = |rates: &[i64]| TokenRates {
                uncached: rates[0], cache_read: rates[1], cache_write: rates[2], output: rates[3],
            };
            // A long prompt is never cheaper than a short one.
            let base = of(&rates[..4]);
            let more = of(&rates[4..]);
            let long = LongPrice { above: 200_000, rates: TokenRates {
                uncached: base.uncached + more.uncached, cache_read: base.cache_read + more.cache_read,
                cache_write: base.cache_write + more.cache_write, output: base.output + more.output,
            } };
            let price = TokenPrice { rates: base, long: Some(long) };
            let [uncached, cache_read, cache_write, output] = tokens;
            let used = TokenUsage { uncached, cache_read, cache_write, output };
            prop_assert!(price.cost(&used) <= price.most(used.input(), used.output));
            prop_assert!(price.cost(&used) <= price.most(used.input() + 1, used.output + 1));
        }

        #[test]
        fn no_count_overflows(tokens in prop::array::uniform4(any::<u64>()), rate in 0..=i64::MAX) {
            let [uncached, cache_read, cache_write, output] = tokens;
            let used = TokenUsage { uncached, cache_read, cache_write, output };
            prop_assert!(price(rate, rate, rate, rate).cost(&used) >= NanoUsd(0));
        }
    }
}
