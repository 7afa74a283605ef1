//! The places of a tenant in the operator's lists: one list for each choice of status and plan, each in three orders.
//!
//! A list holds exactly what its filter wants, so that no page is read in vain. A tenant is in four lists (any or its own
//! status, any or its own plan), in each by its sign-up, by its name, and by the words it is searched by.

use std::collections::BTreeMap;

use kernel::TenantId;
use serde::{Deserialize, Serialize};
use table::{Key, Record, TenantScope};
use unicode_normalization::UnicodeNormalization;

use crate::TenantStatus;

/// How a tenant is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Shown {
    /// As in force when it was looked at.
    pub(crate) status: TenantStatus,
    /// The plan that it has in the platform's books.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) plan: Option<String>,
    /// The name, as a word.
    pub(crate) name: String,
    /// The slug, as a word.
    pub(crate) slug: String,
}

impl Shown {
    pub(crate) fn plan_word(&self) -> &str {
        self.plan.as_deref().unwrap_or(NO_PLAN)
    }
}

/// A place in a list: which tenant is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DirectoryPlace {
    pub(crate) tenant: TenantId,
    /// The word of the same tenant that comes before this one in the same list, if any: who searches the beginning of both
    /// finds the tenant there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) before: Option<String>,
}

impl Record for DirectoryPlace {
    const ROWS: &'static [&'static str] = &["DIRECTORY#{status}#{plan}#{order} / {sort}"];
}

/// Any status, or any plan.
pub(crate) const ANY: &str = "*";
/// No plan.
pub(crate) const NO_PLAN: &str = "-";

/// Accents, apart from the letters that they are on (Unicode's Combining Diacritical Marks).
const ACCENTS: std::ops::RangeInclusive<char> = '\u{300}'..='\u{36f}';

/// How a text is searched and sorted: small letters and digits of any script, with one hyphen for whatever is between them. However
/// an accent is written, and whether it is, makes no difference; marks that make another letter, as of kana, stay.
pub fn search_word(text: &str) -> String {
    let mut word = String::with_capacity(text.len());
    let without_accents = text.chars().flat_map(char::to_lowercase).nfd().filter(|letter| !ACCENTS.contains(letter));
    for letter in without_accents.nfc() {
        if letter.is_alphanumeric() {
            word.push(letter);
        } else if !word.is_empty() && !word.ends_with('-') {
            word.push('-');
        }
    }
    word.trim_end_matches('-').to_owned()
}

/// The status as keys have it.
pub(crate) const fn status_word(status: TenantStatus) -> &'static str {
    match status {
        TenantStatus::Trial => "TRIAL",
        TenantStatus::Active => "ACTIVE",
        TenantStatus::Suspended => "SUSPENDED",
        TenantStatus::Cancelled => "CANCELLED",
    }
}

/// The partition of a list, behind the tenant.
pub(crate) fn list(status: &str, plan: &str, order: &str) -> String {
    format!("DIRECTORY#{status}#{plan}#{order}")
}

/// All places of a tenant, by partition and sort key.
pub(crate) fn places(tenant: TenantId, shown: &Shown) -> BTreeMap<(String, String), DirectoryPlace> {
    let place = |before: Option<&String>| DirectoryPlace { tenant, before: before.cloned() };
    let (name, slug) = (&shown.name, &shown.slug);
    let mut places = BTreeMap::new();
    for status in [ANY, status_word(shown.status)] {
        for plan in [ANY, shown.plan_word()] {
            places.insert((list(status, plan, "created"), tenant.to_string()), place(None));
            places.insert((list(status, plan, "name"), format!("{name}#{tenant}")), place(None));
            let words = list(status, plan, "word");
            places.insert((words.clone(), format!("{name}#{tenant}")), place(Some(slug).filter(|slug| *slug < name)));
            if name != slug {
                let before = Some(name).filter(|name| *name < slug);
                places.insert((words, format!("{slug}#{tenant}")), place(before));
            }
        }
    }
    places
}

/// The key of a place.
pub(crate) fn key(platform: TenantScope, (list, sort): &(String, String)) -> Key {
    platform.key(list, sort)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_compared_without_case_and_marks() {
        for (text, word) in [
            ("Toko Sinar", "toko-sinar"),
            ("  TOKO -- sinar! ", "toko-sinar"),
            ("toko-sinar", "toko-sinar"),
            ("Café №1", "cafe-1"),
            ("Kópi", "kopi"),
            ("KO\u{301}PI", "kopi"),
            ("İstanbul", "istanbul"),
            ("がぎ", "がぎ"),
            ("か\u{3099}", "が"),
            ("한글", "한글"),
            ("東京商店", "東京商店"),
            ("#T#tnt_1#", "t-tnt-1"),
            ("★★", ""),
        ] {
            assert_eq!(search_word(text), word, "{text}");
        }
    }

    fn shown(name: &str, slug: &str) -> Shown {
        Shown { status: TenantStatus::Trial, plan: Some("STARTER".to_owned()), name: name.into(), slug: slug.into() }
    }

    #[test]
    fn a_tenant_is_in_the_lists_that_want_it_and_in_no_other() {
        let tenant = "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        let same = places(tenant, &shown("toko-sinar", "toko-sinar"));
        assert_eq!(same.len(), 12);
        let two = places(tenant, &shown("sinar-jaya", "toko-sinar"));
        assert_eq!(two.len(), 16);
        let lists: std::collections::BTreeSet<_> = two.keys().map(|(list, _)| list.as_str()).collect();
        for list in ["DIRECTORY#*#*#created", "DIRECTORY#TRIAL#STARTER#name", "DIRECTORY#*#STARTER#word"] {
            assert!(lists.contains(list), "{list}");
        }
        assert!(lists.iter().all(|list| !list.contains("ACTIVE")));
        let at = |word: &str| &two[&("DIRECTORY#*#*#word".to_owned(), format!("{word}#{tenant}"))];
        assert_eq!(
            (at("sinar-jaya").before.as_deref(), at("toko-sinar").before.as_deref()),
            (None, Some("sinar-jaya"))
        );
    }
}
