//! ISO 4217 currencies and how many decimals their minor unit has.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A currency of ISO 4217.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

/// The text is not the code of a currency that we know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown currency: use an ISO 4217 code such as IDR or USD")]
pub struct UnknownCurrency;

impl Currency {
    /// Indonesian rupiah, kept in whole rupiah: ISO gives it two decimals that no one uses.
    pub const IDR: Self = Self(*b"IDR");
    /// United States dollar.
    pub const USD: Self = Self(*b"USD");
    /// Japanese yen.
    pub const JPY: Self = Self(*b"JPY");

    /// How many decimals the minor unit has in Ruko: 2 for USD, 0 for IDR and JPY, 3 for KWD.
    pub fn exponent(self) -> u8 {
        exponent_of(self.code()).unwrap_or(2)
    }

    /// The codes of all of them.
    pub(crate) fn codes() -> impl Iterator<Item = &'static str> {
        BY_EXPONENT.iter().flat_map(|(_, codes)| codes.split(' '))
    }

    /// The three-letter code.
    pub fn code(&self) -> &str {
        // The bytes come from a `&str` of three ASCII letters.
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }
}

/// Codes by exponent. Source: ISO 4217 table A.1 without funds, metals and test codes; IDR moved to 0,
/// for nobody pays in sen.
const BY_EXPONENT: [(u8, &str); 3] = [
    (0, "BIF CLP DJF GNF IDR ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"),
    (
        2,
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC \
         CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF ILS INR IRR JMD KES \
         KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK \
         NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB \
         TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW ZWG",
    ),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
];

fn exponent_of(code: &str) -> Option<u8> {
    BY_EXPONENT.iter().find(|(_, codes)| codes.split(' ').any(|known| known == code)).map(|(exponent, _)| *exponent)
}

impl FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(text: &str) -> Result<Self, UnknownCurrency> {
        exponent_of(text).ok_or(UnknownCurrency)?;
        text.as_bytes().try_into().map(Self).map_err(|_| UnknownCurrency)
    }
}

impl TryFrom<String> for Currency {
    type Error = UnknownCurrency;

    fn try_from(text: String) -> Result<Self, UnknownCurrency> {
        text.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.to_string()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponents_are_those_of_the_table() {
        for (code, exponent) in [("USD", 2), ("IDR", 0), ("JPY", 0), ("KWD", 3), ("EUR", 2), ("VND", 0)] {
            assert_eq!(code.parse::<Currency>().unwrap().exponent(), exponent, "{code}");
        }
    }

    #[test]
    fn other_texts_are_no_currencies() {
        for bad in ["", "usd", "US", "USDT", "XXX", "XAU", "A B", "USD "] {
            assert_eq!(bad.parse::<Currency>(), Err(UnknownCurrency), "{bad}");
        }
    }
}
