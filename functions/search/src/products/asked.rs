//! What somebody asks, in the parameters of a call.

use kernel::{CategoryId, Currency};
use search::{FacetLabel, Filter, PriceRange, Sort, TraitKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::Problem;

/// How many names and values one parameter has.
const MOST_TRAITS: usize = 20;

/// What somebody wrote to find something: up to 200 characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(description = "What to look for", value_type = String, max_length = 200, example = "batik shirt")]
pub struct SearchText(String);

impl SearchText {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for SearchText {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.chars().count() <= 200 { Ok(Self(text)) } else { Err("use up to 200 characters") }
    }
}

impl From<SearchText> for String {
    fn from(text: SearchText) -> Self {
        text.0
    }
}

/// Names with values: `Size:M;Size:L;Colour:Red`. A backslash before a colon, a semicolon or another backslash makes it a letter of
/// the name or the value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "Names with values, as Name:Value, with a semicolon between them; one of the values of each name is enough. \
                   Write \\; for a semicolon, \\: for a colon of a name, \\\\ for a backslash",
    value_type = String, max_length = 2000, example = "Size:M;Size:L",
    pattern = r"^([^:;\\]|\\[:;\\])+:([^;\\]|\\[:;\\])+(;([^:;\\]|\\[:;\\])+:([^;\\]|\\[:;\\])+){0,19}$"
)]
pub struct TraitList(Vec<(String, String)>);

impl TryFrom<String> for TraitList {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let pairs = pairs(&text);
        let is_short = text.chars().count() <= 2_000;
        pairs.filter(|pairs| is_short && pairs.len() <= MOST_TRAITS).map(Self).ok_or(
            "use up to 20 of Name:Value, with ; between them, and \\; or \\: for one that is in a name or a value",
        )
    }
}

impl From<TraitList> for String {
    fn from(list: TraitList) -> Self {
        let one = |(name, value): (String, String)| {
            let value = value.replace('\\', r"\\").replace(';', r"\;");
            format!("{}:{value}", name.replace('\\', r"\\").replace(':', r"\:").replace(';', r"\;"))
        };
        list.0.into_iter().map(one).collect::<Vec<_>>().join(";")
    }
}

/// The names and values of a list; `None` where one is empty, or a backslash stands before another letter.
fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    let mut all = Vec::new();
    let (mut name, mut word) = (None, String::new());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => word.push(letters.next().filter(|next| matches!(next, ':' | ';' | '\\'))?),
            ':' if name.is_none() => name = Some(std::mem::take(&mut word)),
            ';' => all.push((name.take()?, std::mem::take(&mut word))),
            other => word.push(other),
        }
    }
    all.push((name?, word));
    all.iter().all(|(name, value)| !name.is_empty() && !value.is_empty()).then_some(all)
}

/// What hits come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(description = "What comes first: what fits best, what was published last, what costs least or most")]
pub enum HitOrder {
    /// What fits best.
    Relevance,
    /// What was published last.
    Newest,
    /// What costs least in the currency.
    PriceAsc,
    /// What costs most in the currency.
    PriceDesc,
}

/// What to look for.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SearchQuery {
    /// Words; all products when left out. The last one may be the beginning of a word, unless a blank follows it.
    pub q: Option<SearchText>,
    /// Those that name this category; not those of the categories below it.
    pub category: Option<CategoryId>,
    /// Those that can be chosen in one of these values for each name.
    pub options: Option<TraitList>,
    /// Those of which one of these values is true for each name.
    pub attributes: Option<TraitList>,
    /// `true` for those only of which a variant can be bought now.
    pub in_stock: Option<bool>,
    /// Those whose cheapest variant costs at least this much, in minor units of `currency`.
    #[schema(minimum = 0, example = 50_000)]
    pub price_from: Option<u64>,
    /// Those whose cheapest variant costs at most this much, in minor units of `currency`.
    #[schema(minimum = 0, example = 200_000)]
    pub price_to: Option<u64>,
    /// In which currency prices are compared; needed for prices and for an order by price.
    pub currency: Option<Currency>,
    /// `relevance` when left out; without `q` that is `newest`.
    pub sort: Option<HitOrder>,
}

impl SearchQuery {
    /// The text.
    pub(crate) fn text(&self) -> &str {
        self.q.as_ref().map_or("", SearchText::as_str)
    }

    /// What a hit must be, and which comes first.
    ///
    /// # Errors
    /// 422 without a currency where prices are compared.
    pub(crate) fn checked(&self) -> Result<(Filter, Sort), Problem> {
        let currency = || {
            let detail = "say in which currency prices are to be compared";
            self.currency.ok_or_else(|| Problem::invalid("currency", "REQUIRED", detail))
        };
        let sort = match self.sort {
            None | Some(HitOrder::Relevance) => Sort::Relevance,
            Some(HitOrder::Newest) => Sort::Newest,
            Some(HitOrder::PriceAsc) => Sort::Cheapest(currency()?),
            Some(HitOrder::PriceDesc) => Sort::Dearest(currency()?),
        };
        let minor = |amount: u64| i64::try_from(amount).unwrap_or(i64::MAX);
        let price = match (self.price_from, self.price_to) {
            (None, None) => None,
            (from, to) => Some(PriceRange {
                currency: currency()?,
                from: minor(from.unwrap_or(0)),
                to: minor(to.unwrap_or(u64::MAX)),
            }),
        };
        let mut labels = by_name(TraitKind::Option, self.options.as_ref());
        labels.extend(by_name(TraitKind::Attribute, self.attributes.as_ref()));
        labels.extend(self.category.map(|id| vec![FacetLabel::Category(id)]));
        Ok((Filter { labels, in_stock: self.in_stock == Some(true), price }, sort))
    }
}

/// A group for each name.
fn by_name(kind: TraitKind, list: Option<&TraitList>) -> Vec<Vec<FacetLabel>> {
    let mut groups: Vec<(&str, Vec<FacetLabel>)> = Vec::new();
    for (name, value) in list.into_iter().flat_map(|list| &list.0) {
        let label = FacetLabel::Trait(kind, name.clone(), value.clone());
        match groups.iter_mut().find(|(known, _)| *known == name.as_str()) {
            Some((_, group)) => group.push(label),
            None => groups.push((name.as_str(), vec![label])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_values_are_read() {
        for good in ["Size:M", "Size:M;Size:L;Material:100% cotton: soft"] {
            assert_eq!(String::from(TraitList::try_from(good.to_owned()).unwrap()), good);
        }
        for (written, name, value) in [
            (r"Bahan:Katun\; 30°", "Bahan", "Katun; 30°"),
            (r"Ukuran\: besar:L", "Ukuran: besar", "L"),
            (r"Rasio:16:9", "Rasio", "16:9"),
            (r"Jalur:C\\x", "Jalur", r"C\x"),
        ] {
            let list = TraitList::try_from(written.to_owned()).unwrap();
            assert_eq!(list.0, [(name.to_owned(), value.to_owned())], "{written}");
            assert_eq!(String::from(list), written);
        }
        assert_eq!(TraitList::try_from(r"Rasio:16\:9".to_owned()).unwrap().0[0].1, "16:9");
        for bad in [r"A:b\", r"A:b\c", r"A\:b", r"A:b\;;", "A:b;;A:c"] {
            assert!(TraitList::try_from(bad.to_owned()).is_err(), "{bad}");
        }
        for bad in ["", "Size", "Size:", ":M", "Size:M;", &["A:b"; 21].join(";")] {
            assert!(TraitList::try_from(bad.to_owned()).is_err(), "{bad}");
        }
        let list: TraitList = "Size:M;Colour:Red;Size:L".to_owned().try_into().unwrap();
        let sizes = by_name(TraitKind::Option, Some(&list));
        assert_eq!(sizes.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
    }
}
