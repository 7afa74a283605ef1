//! What a user wants of the trading services and of the account.

use kernel::{Currency, Field, Locale, Zone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How much a user is ready to lose, for the trading services.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RiskTolerance {
    /// Little.
    Conservative,
    /// Some.
    Moderate,
    /// Much.
    Aggressive,
}

/// What can be watched: a symbol such as `IDX:BBCA`, 1 to 20 of `A-Z0-9.:-`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "What can be watched, such as a share",
    value_type = String, pattern = "^[A-Z0-9.:-]{1,20}$", example = "IDX:BBCA"
)]
pub struct Symbol(String);

/// The symbols that a user follows, in their order: 50 at most, each once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, Default, ToSchema)]
#[serde(try_from = "Vec<Symbol>", into = "Vec<Symbol>")]
#[schema(description = "The symbols that a user follows, in their order, each once", max_items = 50)]
pub struct Watchlist(Vec<Symbol>);

/// The most symbols of a watchlist.
const MOST_SYMBOLS: usize = 50;

/// What a user wants of the trading services and of the account.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Preferences {
    /// `id` or `en`; that of the tenant's country when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<Locale>,
    /// The zone in which times are shown; the tenant's when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<Zone>,
    /// The currency in which values are shown; the tenant's when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// How much the user is ready to lose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk_tolerance: Option<RiskTolerance>,
    /// Symbols that the user follows.
    #[serde(default, skip_serializing_if = "Watchlist::is_empty")]
    pub watchlist: Watchlist,
}

/// What a PATCH says of the preferences.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct PreferencesChange {
    /// The language.
    pub locale: Field<Locale>,
    /// The zone.
    pub timezone: Field<Zone>,
    /// The currency.
    pub currency: Field<Currency>,
    /// How much the user is ready to lose.
    pub risk_tolerance: Field<RiskTolerance>,
    /// Symbols; the whole list.
    pub watchlist: Field<Watchlist>,
}

impl Preferences {
    /// The preferences after a PATCH: what it takes away goes back to the tenant's.
    pub fn changed(self, change: PreferencesChange) -> Self {
        Self {
            locale: change.locale.apply(self.locale),
            timezone: change.timezone.apply(self.timezone),
            currency: change.currency.apply(self.currency),
            risk_tolerance: change.risk_tolerance.apply(self.risk_tolerance),
            watchlist: change.watchlist.apply(Some(self.watchlist)).unwrap_or_default(),
        }
    }
}

impl TryFrom<String> for Symbol {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let is_mark = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b".:-".contains(&b);
        let well_formed = (1..=20).contains(&text.len()) && text.bytes().all(is_mark);
        if well_formed { Ok(Self(text)) } else { Err("a symbol is 1 to 20 of A-Z, 0-9, dot, colon and hyphen") }
    }
}

impl From<Symbol> for String {
    fn from(symbol: Symbol) -> Self {
        symbol.0
    }
}

impl Watchlist {
    /// Whether the user follows nothing.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl TryFrom<Vec<Symbol>> for Watchlist {
    type Error = &'static str;

    fn try_from(symbols: Vec<Symbol>) -> Result<Self, Self::Error> {
        if symbols.len() > MOST_SYMBOLS {
            return Err("a watchlist has 50 symbols at most");
        }
        let is_new = |place: usize, symbol: &Symbol| !symbols.iter().take(place).any(|earlier| earlier == symbol);
        if symbols.iter().enumerate().all(|(place, symbol)| is_new(place, symbol)) {
            Ok(Self(symbols))
        } else {
            Err("a watchlist has each symbol once")
        }
    }
}

impl From<Watchlist> for Vec<Symbol> {
    fn from(watchlist: Watchlist) -> Self {
        watchlist.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(symbols: &[&str]) -> Result<Watchlist, serde_json::Error> {
        serde_json::from_value(serde_json::json!(symbols))
    }

    #[test]
    fn a_watchlist_holds_fifty_symbols_once_each() {
        assert!(list(&["IDX:BBCA", "BTC-USD", "BRK.B", "7203"]).is_ok());
        for bad in ["", "bbca", "A B", "A/B", "É", &"A".repeat(21)] {
            assert!(list(&[bad]).is_err(), "{bad}");
        }
        assert!(list(&["A", "B", "A"]).is_err());
        let many: Vec<String> = (0..51).map(|n| format!("S{n}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(list(&many).is_err() && list(&many[..50]).is_ok());
    }

    #[test]
    fn a_patch_changes_what_it_names() {
        let before =
            Preferences { locale: Some(Locale::Id), watchlist: list(&["A"]).unwrap(), ..Preferences::default() };
        assert_eq!(before.clone().changed(PreferencesChange::default()), before);
        let change = PreferencesChange {
            locale: Field::Null,
            risk_tolerance: Field::Value(RiskTolerance::Moderate),
            ..PreferencesChange::default()
        };
        let after = before.clone().changed(change);
        assert_eq!((after.locale, after.risk_tolerance), (None, Some(RiskTolerance::Moderate)));
        assert_eq!(after.watchlist, before.watchlist);
        let gone = before.changed(PreferencesChange { watchlist: Field::Null, ..PreferencesChange::default() });
        assert!(gone.watchlist.is_empty());
    }
}
