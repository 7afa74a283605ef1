//! The columns of a sheet: which there are, and what they are called.

use kernel::Currency;

use crate::bounds::MOST_OPTIONS;

/// What a column says of a product, the same in all its rows, or of the variant of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SheetColumn {
    Slug,
    Title,
    Description,
    Status,
    PublishAt,
    Categories,
    Attributes,
    Images,
    /// The name of the option of this number, from 1.
    OptionName(usize),
    /// The values that there are to choose from.
    OptionValues(usize),
    Sku,
    /// Which of them the variant is.
    OptionValue(usize),
    Barcode,
    WeightGrams,
    LengthMm,
    WidthMm,
    HeightMm,
    /// What one costs.
    Price(Currency),
    PriceLists,
}

impl SheetColumn {
    /// All but the prices, in the order in which they are written: the first part is before the prices.
    pub(crate) fn fixed() -> Vec<Self> {
        let mut all = vec![
            Self::Slug,
            Self::Title,
            Self::Description,
            Self::Status,
            Self::PublishAt,
            Self::Categories,
            Self::Attributes,
            Self::Images,
        ];
        for number in 1..=MOST_OPTIONS {
            all.extend([Self::OptionName(number), Self::OptionValues(number)]);
        }
        all.push(Self::Sku);
        all.extend((1..=MOST_OPTIONS).map(Self::OptionValue));
        all.extend([Self::Barcode, Self::WeightGrams, Self::LengthMm, Self::WidthMm, Self::HeightMm, Self::PriceLists]);
        all
    }

    /// What it is called.
    pub(crate) fn name(self) -> String {
        let fixed = match self {
            Self::OptionName(number) => return format!("option{number}_name"),
            Self::OptionValues(number) => return format!("option{number}_values"),
            Self::OptionValue(number) => return format!("option{number}_value"),
            Self::Price(currency) => return format!("price_{currency}"),
            Self::Slug => "slug",
            Self::Title => "title",
            Self::Description => "description",
            Self::Status => "status",
            Self::PublishAt => "publish_at",
            Self::Categories => "categories",
            Self::Attributes => "attributes",
            Self::Images => "images",
            Self::Sku => "sku",
            Self::Barcode => "barcode",
            Self::WeightGrams => "weight_grams",
            Self::LengthMm => "length_mm",
            Self::WidthMm => "width_mm",
            Self::HeightMm => "height_mm",
            Self::PriceLists => "price_lists",
        };
        fixed.to_owned()
    }

    /// The column of this name, whatever the case and the blanks around it.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let name = name.trim();
        if let Some(code) = name.get(..6).filter(|head| head.eq_ignore_ascii_case("price_")).and_then(|_| name.get(6..))
            && let Ok(currency) = code.to_ascii_uppercase().parse()
        {
            return Some(Self::Price(currency));
        }
        Self::fixed().into_iter().find(|column| column.name().eq_ignore_ascii_case(name))
    }

    /// Whether it says something of the product, and the same in all its rows.
    pub(crate) const fn is_of_product(self) -> bool {
        match self {
            Self::Slug
            | Self::Title
            | Self::Description
            | Self::Status
            | Self::PublishAt
            | Self::Categories
            | Self::Attributes
            | Self::Images
            | Self::OptionName(_)
            | Self::OptionValues(_) => true,
            Self::Sku
            | Self::OptionValue(_)
            | Self::Barcode
            | Self::WeightGrams
            | Self::LengthMm
            | Self::WidthMm
            | Self::HeightMm
            | Self::Price(_)
            | Self::PriceLists => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_column_is_known_by_its_name() {
        for column in SheetColumn::fixed().into_iter().chain([SheetColumn::Price(Currency::USD)]) {
            assert_eq!(SheetColumn::named(&column.name()), Some(column));
        }
        assert_eq!(SheetColumn::named(" Price_idr "), Some(SheetColumn::Price(Currency::IDR)));
        assert_eq!(SheetColumn::named("SKU"), Some(SheetColumn::Sku));
        for unknown in ["", "price_", "price_XXX", "option4_name", "colour", "price"] {
            assert_eq!(SheetColumn::named(unknown), None, "{unknown}");
        }
    }
}
