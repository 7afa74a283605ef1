//! Countries by their codes.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A country by its ISO 3166-1 alpha-2 code, such as `ID`: one that is assigned to a country or territory. Codes that are
/// reserved (`EU`, `UK`) or left to users (`ZZ`, `XK`) are none.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country([u8; 2]);

/// The text is not the code of a country.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use the two-letter code of a country (ISO 3166-1 alpha-2), such as ID")]
pub struct CountryError;

/// The codes that are assigned, in order, as <https://www.iso.org/obp/ui/#search/code/> lists them. The last change was
/// the end of `AN` in 2010; a country of the future is a new entry here.
const ASSIGNED: &[u8] = b"\
    ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZ\
    DEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISIT\
    JEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZ\
    NANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZ\
    TCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSYEYTZAZMZW";

impl Country {
    /// Indonesia.
    pub const ID: Self = Self(*b"ID");
}

impl FromStr for Country {
    type Err = CountryError;

    fn from_str(text: &str) -> Result<Self, CountryError> {
        let code: [u8; 2] = text.as_bytes().try_into().map_err(|_| CountryError)?;
        if ASSIGNED.as_chunks().0.binary_search(&code).is_ok() { Ok(Self(code)) } else { Err(CountryError) }
    }
}

impl TryFrom<String> for Country {
    type Error = CountryError;

    fn try_from(text: String) -> Result<Self, CountryError> {
        text.parse()
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.to_string()
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self([first, second]) = *self;
        write!(f, "{}{}", char::from(first), char::from(second))
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_code_that_is_assigned_is_a_country() {
        for code in ["AD", "ID", "SG", "US", "GB", "TL", "SS", "ZW"] {
            assert_eq!(code.parse::<Country>().unwrap().to_string(), code);
        }
        // Left to users, reserved, taken back, and no codes at all.
        for bad in ["ZZ", "AA", "QM", "XK", "EU", "UK", "SU", "AN", "", "I", "id", "IDN", "1D", "I\u{d}"] {
            assert_eq!(bad.parse::<Country>(), Err(CountryError), "{bad}");
        }
    }

    #[test]
    fn the_codes_stand_in_order_each_once() {
        let (codes, rest) = ASSIGNED.as_chunks::<2>();
        assert_eq!((codes.len(), rest.len()), (249, 0));
        assert!(codes.is_sorted_by(|one, next| one < next));
        assert!(codes.as_flattened().iter().all(u8::is_ascii_uppercase));
    }
}
