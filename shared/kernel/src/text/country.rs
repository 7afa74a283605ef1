//! Countries by their codes.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::Locale;

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

/// The names in English and Indonesian of the countries that are sold to most, in the order of their codes.
const NAMES: &[(&str, &str, &str)] = &[
    ("AE", "United Arab Emirates", "Uni Emirat Arab"),
    ("AU", "Australia", "Australia"),
    ("BN", "Brunei", "Brunei"),
    ("CA", "Canada", "Kanada"),
    ("CH", "Switzerland", "Swiss"),
    ("CN", "China", "Tiongkok"),
    ("DE", "Germany", "Jerman"),
    ("FR", "France", "Prancis"),
    ("GB", "United Kingdom", "Britania Raya"),
    ("HK", "Hong Kong", "Hong Kong"),
    ("ID", "Indonesia", "Indonesia"),
    ("IN", "India", "India"),
    ("JP", "Japan", "Jepang"),
    ("KH", "Cambodia", "Kamboja"),
    ("KR", "South Korea", "Korea Selatan"),
    ("LA", "Laos", "Laos"),
    ("MM", "Myanmar", "Myanmar"),
    ("MY", "Malaysia", "Malaysia"),
    ("NL", "Netherlands", "Belanda"),
    ("NZ", "New Zealand", "Selandia Baru"),
    ("PH", "Philippines", "Filipina"),
    ("SA", "Saudi Arabia", "Arab Saudi"),
    ("SG", "Singapore", "Singapura"),
    ("TH", "Thailand", "Thailand"),
    ("TL", "Timor-Leste", "Timor Leste"),
    ("TW", "Taiwan", "Taiwan"),
    ("US", "United States", "Amerika Serikat"),
    ("VN", "Vietnam", "Vietnam"),
];

impl Country {
    /// Indonesia.
    pub const ID: Self = Self(*b"ID");

    /// All of them, in the order of their codes.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        ASSIGNED.as_chunks().0.iter().copied().map(Self)
    }

    /// The language of those there who have chosen none.
    pub fn language(self) -> Locale {
        if self == Self::ID { Locale::Id } else { Locale::En }
    }

    /// The language in which a tenant of this country writes to somebody, in mail, chat and documents alike: the one that the
    /// reader chose, else the country's.
    pub fn language_for(self, chosen: Option<Locale>) -> Locale {
        chosen.unwrap_or_else(|| self.language())
    }

    /// What it is called in a language; `None` for a country whose name is not kept here, which is known by its code.
    pub fn name(self, language: Locale) -> Option<&'static str> {
        let (_, english, indonesian) = NAMES.iter().find(|(code, ..)| code.as_bytes() == self.0)?;
        Some(match language {
            Locale::En => english,
            Locale::Id => indonesian,
        })
    }
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
    fn readers_are_written_to_in_their_own_language_or_the_tenants() {
        let [indonesia, singapore] = ["ID", "SG"].map(|code| code.parse::<Country>().unwrap());
        assert_eq!(indonesia.language_for(Some(Locale::En)), Locale::En);
        assert_eq!((indonesia.language_for(None), singapore.language_for(None)), (Locale::Id, Locale::En));
    }

    #[test]
    fn a_country_is_called_by_its_name_in_the_language() {
        let name = |code: &str, language| code.parse::<Country>().unwrap().name(language);
        assert_eq!((name("SG", Locale::En), name("SG", Locale::Id)), (Some("Singapore"), Some("Singapura")));
        assert_eq!((name("ID", Locale::En), name("AQ", Locale::En)), (Some("Indonesia"), None));
        assert!(NAMES.is_sorted_by_key(|(code, ..)| code));
        assert!(NAMES.iter().all(|(code, ..)| code.parse::<Country>().is_ok()));
    }

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
