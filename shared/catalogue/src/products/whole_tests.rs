//! What may become of a product and its variants.

use kernel::{Currency, Field, Money, ProductId, Sku, Timestamp, VariantId};
use proptest::prelude::*;
use ulid::Ulid;

use super::variant::tests::word;
use crate::{
    CatalogueError, CatalogueSlug, NewProduct, NewVariant, PriceEntry, ProductOption, ProductStatus, ProductText,
    Removal, VariantEdit, WholeProduct,
};

fn at(hour: u32) -> Timestamp {
    format!("2026-11-21T{hour:02}:00:00Z").parse().unwrap()
}

fn slug(text: &str) -> CatalogueSlug {
    text.to_owned().try_into().unwrap()
}

fn sku(text: &str) -> Sku {
    text.to_owned().try_into().unwrap()
}

fn text(options: &[(&str, &[&str])]) -> ProductText {
    let option = |(name, values): &(&str, &[&str])| ProductOption {
        name: word(name),
        values: values.iter().map(|value| word(value)).collect(),
    };
    ProductText {
        title: "Batik shirt".to_owned().try_into().unwrap(),
        description: None,
        options: options.iter().map(option).collect(),
        category_ids: Vec::new(),
        attributes: Vec::new(),
        images: Vec::new(),
    }
}

fn new_variant(number: u128, values: &[&str], prices: &[i64]) -> NewVariant {
    NewVariant {
        id: VariantId::new(Ulid::from(number)),
        sku: sku(&format!("SKU-{number}")),
        option_values: values.iter().map(|value| word(value)).collect(),
        barcode: None,
        weight_grams: None,
        dimensions: None,
        prices: prices.iter().map(|minor| Money::new(*minor, Currency::USD)).collect(),
        price_lists: Vec::new(),
    }
}

fn article(variants: Vec<NewVariant>) -> Result<WholeProduct, CatalogueError> {
    let id = ProductId::new(Ulid::from(1_u128));
    let product = NewProduct { id, text: text(&[("Size", &["S", "M"])]), slug: slug("batik-shirt") };
    WholeProduct::new(product, variants, at(1))
}

fn shirt() -> WholeProduct {
    article(vec![new_variant(1, &["S"], &[1_000]), new_variant(2, &["M"], &[1_200])]).unwrap()
}

#[test]
fn a_variant_is_one_choice_of_the_options() {
    for values in [&[][..], &["L"], &["S", "M"], &["s"]] {
        assert_eq!(article(vec![new_variant(1, values, &[])]), Err(CatalogueError::OptionsMismatch), "{values:?}");
    }
    let twice = article(vec![new_variant(1, &["S"], &[]), new_variant(2, &["S"], &[])]);
    assert_eq!(twice, Err(CatalogueError::VariantExists));
    let same_sku = NewVariant { sku: sku("SKU-1"), ..new_variant(2, &["M"], &[]) };
    let twice = article(vec![new_variant(1, &["S"], &[]), same_sku]);
    assert_eq!(twice, Err(CatalogueError::SkuTaken(sku("SKU-1"))));
    let shirt = shirt();
    assert_eq!((shirt.product.version, shirt.product.variant_ids.len()), (1, 2));
    assert_eq!(shirt.product.prices_from, [Money::new(1_000, Currency::USD)]);
}

#[test]
fn without_options_there_is_one_variant() {
    let id = ProductId::new(Ulid::from(1_u128));
    let product = || NewProduct { id, text: text(&[]), slug: slug("x") };
    let one = WholeProduct::new(product(), vec![new_variant(1, &[], &[])], at(1)).unwrap();
    assert_eq!(one.with_variant(new_variant(2, &[], &[]), at(2)), Err(CatalogueError::VariantExists));
}

#[test]
fn a_hundred_variants_are_enough() {
    let values: Vec<String> = (0..20).map(|number| number.to_string()).collect();
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    let id = ProductId::new(Ulid::from(1_u128));
    let product = NewProduct { id, text: text(&[("A", &values), ("B", &values)]), slug: slug("x") };
    let mut variants = Vec::new();
    for (number, (one, two)) in values.iter().flat_map(|one| values.iter().map(move |two| (one, two))).enumerate() {
        variants.push(new_variant(number.try_into().unwrap(), &[one, two], &[]));
    }
    let last = variants.swap_remove(200);
    variants.truncate(100);
    let full = WholeProduct::new(product, variants, at(1)).unwrap();
    assert_eq!(full.with_variant(last, at(2)), Err(CatalogueError::TooManyVariants { most: 100 }));
}

#[test]
fn options_change_as_far_as_the_variants_fit() {
    let shirt = shirt();
    let with = |options: &[(&str, &[&str])]| shirt.rewritten(text(options), None, at(2));
    let more = with(&[("Size", &["S", "M", "L"])]).unwrap();
    assert_eq!((more.product.version, more.variants.len()), (2, 2));
    assert!(with(&[("Grösse", &["M", "S"])]).is_ok(), "another name and order");
    assert_eq!(with(&[("Size", &["S"])]), Err(CatalogueError::OptionsMismatch), "M is sold");
    assert_eq!(with(&[("Size", &["S", "M"]), ("Colour", &["Red"])]), Err(CatalogueError::OptionsMismatch));
}

#[test]
fn a_product_is_found_by_the_slugs_it_had() {
    let names = |one: &WholeProduct| one.product.slugs().map(ToString::to_string).collect::<Vec<_>>();
    let renamed =
        |one: &WholeProduct, name: &str| one.rewritten(one.product.text.clone(), Some(slug(name)), at(2)).unwrap();
    let second = renamed(&shirt(), "kemeja");
    assert_eq!(names(&second), ["kemeja", "batik-shirt"]);
    assert_eq!(names(&renamed(&second, "batik-shirt")), ["batik-shirt", "kemeja"], "it is its own again");
    assert_eq!(names(&renamed(&second, "kemeja")), ["kemeja", "batik-shirt"]);
    let many = (0..30).fold(shirt(), |one, number| renamed(&one, &format!("n{number}")));
    assert_eq!((names(&many).len(), names(&many)[1].as_str()), (21, "n28"), "the oldest ones go");
}

#[test]
fn what_is_on_sale_can_be_bought() {
    let empty = article(Vec::new()).unwrap();
    assert_eq!(empty.published(None, at(2)), Err(CatalogueError::NotSellable));
    let priceless = article(vec![new_variant(1, &["S"], &[1]), new_variant(2, &["M"], &[])]).unwrap();
    assert_eq!(priceless.published(Some(at(9)), at(2)), Err(CatalogueError::NotSellable), "nor scheduled");
    let sold = article(vec![new_variant(1, &["S"], &[1])]).unwrap().published(None, at(2)).unwrap().unwrap();
    let id = sold.variants[0].id;
    assert_eq!(sold.without_variant(id, at(3)), Err(CatalogueError::NotSellable));
    assert_eq!(sold.with_variant(new_variant(2, &["M"], &[]), at(3)), Err(CatalogueError::NotSellable));
    let free = VariantEdit { prices: Some(Vec::new()), ..VariantEdit::default() };
    assert_eq!(sold.with_changed_variant(id, free, &[], at(3)), Err(CatalogueError::NotSellable));
    let archived = sold.archived(at(3)).unwrap();
    assert!(archived.without_variant(id, at(4)).unwrap().is_some(), "what is not sold may be anything");
}

#[test]
fn a_product_is_published_at_its_instant_by_itself() {
    let shirt = shirt();
    assert_eq!(shirt.product.stands(at(2)), ProductStatus::Draft);
    let scheduled = shirt.published(Some(at(9)), at(2)).unwrap().unwrap();
    assert_eq!(scheduled.product.stands(at(8)), ProductStatus::Scheduled);
    assert_eq!(scheduled.product.stands(at(9)), ProductStatus::Active);
    assert_eq!(scheduled.published(Some(at(9)), at(3)), Ok(None), "twice is as once");
    let sooner = scheduled.published(None, at(4)).unwrap().unwrap();
    assert_eq!(sooner.product.published_at(), Some(at(4)));
    assert_eq!(sooner.published(Some(at(20)), at(5)), Ok(None), "what is on sale stays so");
    let late = shirt.published(Some(at(1)), at(2)).unwrap().unwrap();
    assert_eq!(late.product.published_at(), Some(at(2)), "the past is now");
    assert_eq!(scheduled.announced(at(9), at(8)), None, "not yet");
    assert_eq!(sooner.announced(at(9), at(9)), None, "no longer");
    assert_eq!(scheduled.announced(at(9), at(10)).unwrap().product.version, 3);
    assert!(!scheduled.product.was_on_sale(at(8)) && scheduled.product.was_on_sale(at(9)));
}

#[test]
fn what_was_on_sale_is_archived_and_comes_back() {
    let scheduled = shirt().published(Some(at(9)), at(2)).unwrap().unwrap();
    assert_eq!(scheduled.removal(at(8)), Removal::Deleted, "nobody could buy it");
    let Removal::Archived(archived) = scheduled.removal(at(9)) else { panic!("it was on sale") };
    assert_eq!(archived.product.stands(at(9)), ProductStatus::Archived);
    assert_eq!((archived.removal(at(10)), archived.archived(at(10))), (Removal::Kept, None));
    let withdrawn = scheduled.archived(at(3)).unwrap();
    assert_eq!(withdrawn.removal(at(20)), Removal::Deleted, "it was archived before its instant");
    let again = archived.published(None, at(11)).unwrap().unwrap();
    assert!(again.product.is_on_sale(at(11)) && again.product.sold_before);
}

#[test]
fn a_large_draft_is_archived_rather_than_deleted_by_halves() {
    let values: Vec<String> = (0..20).map(|number| number.to_string()).collect();
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    let id = ProductId::new(Ulid::from(1_u128));
    let product = NewProduct { id, text: text(&[("A", &values), ("B", &["1", "2"])]), slug: slug("x") };
    let variants = (0..31_u128).map(|number| {
        let (one, two) = (values[usize::try_from(number % 20).unwrap()], if number < 20 { "1" } else { "2" });
        new_variant(number, &[one, two], &[])
    });
    let large = WholeProduct::new(product, variants.collect(), at(1)).unwrap();
    assert!(matches!(large.removal(at(2)), Removal::Archived(_)));
}

#[test]
fn what_is_left_out_of_a_change_stays() {
    let shirt = shirt();
    let id = shirt.variants[0].id;
    let edit = VariantEdit { weight_grams: Field::Value(250.try_into().unwrap()), ..VariantEdit::default() };
    let heavier = shirt.with_changed_variant(id, edit, &[], at(2)).unwrap().unwrap();
    assert_eq!(heavier.variants[0].prices, shirt.variants[0].prices);
    assert_eq!(heavier.variants[1], shirt.variants[1]);
    let lighter = VariantEdit { weight_grams: Field::Null, ..VariantEdit::default() };
    let lighter = heavier.with_changed_variant(id, lighter, &[], at(3)).unwrap().unwrap();
    assert_eq!(lighter.variants, shirt.variants);
    let nobody = VariantId::new(Ulid::from(99_u128));
    assert_eq!(shirt.with_changed_variant(nobody, VariantEdit::default(), &[], at(2)), Ok(None));
    assert_eq!(shirt.without_variant(nobody, at(2)), Ok(None));
}

proptest! {
    /// Of a course of prices while on sale, the prior price of a reduction is the lowest of all before it.
    #[test]
    fn the_prior_price_is_the_lowest_there_was(course in prop::collection::vec(0_i64..50, 1..12)) {
        let mut sold = article(vec![new_variant(1, &["S"], &[25])]).unwrap().published(None, at(1)).unwrap().unwrap();
        let (id, mut history, mut paid) = (sold.variants[0].id, Vec::new(), vec![25]);
        for (hour, minor) in (2..).zip(course) {
            let prices = Some(vec![Money::new(minor, Currency::USD)]);
            let edit = VariantEdit { prices, ..VariantEdit::default() };
            let next = sold.with_changed_variant(id, edit, &history, at(hour)).unwrap().unwrap();
            let now = next.variants[0].prices[0];
            let last = *paid.last().unwrap();
            if minor < last {
                prop_assert_eq!(now.prior.map(Money::minor), paid.iter().copied().min());
            } else if minor > last {
                prop_assert_eq!(now.prior, None);
            }
            history.extend(PriceEntry::of(&sold.variants, &next.variants, next.product.version, at(hour)));
            paid.push(minor);
            sold = next;
        }
    }
}
