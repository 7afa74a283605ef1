use kernel::{CategoryId, ProductId, Timestamp, VariantId};
use proptest::prelude::*;
use ulid::Ulid;

use crate::{
    CatalogueError, CatalogueSlug, Category, CategoryTree, ImportIds, ImportState, ImportedRow, NewCategory,
    OptionWord, ProductSheet, RowOutcome, WholeProduct, written,
};

fn now() -> Timestamp {
    "2026-12-01T00:00:00.000Z".parse().unwrap()
}

fn tree() -> CategoryTree {
    let mut tree = CategoryTree::default();
    for (number, slug, above) in [(1, "clothing", None), (2, "shirts", Some(1)), (3, "books", None)] {
        let id = |number| CategoryId::new(Ulid::from(number));
        let new = NewCategory {
            name: slug.to_owned().try_into().unwrap(),
            slug: slug.to_owned().try_into().unwrap(),
            parent_id: above.map(|above: u128| id(above)),
        };
        tree = tree.with(Category::new(id(number), new, now())).unwrap();
    }
    tree
}

/// Does a whole file, from nothing or on what is there, as the worker does.
fn imported(text: &str, catalogue: &mut Vec<WholeProduct>, salt: u128) -> Vec<ImportedRow> {
    let (sheet, tree) = (ProductSheet::read(text.as_bytes()).unwrap(), tree());
    let mut report = Vec::new();
    for (number, part) in sheet.parts().enumerate() {
        let product = match part.parsed() {
            Ok(product) => product,
            Err(rows) => {
                report.extend(rows);
                continue;
            }
        };
        let ids = product.categories.as_ref().map(|paths| {
            let id = |path: &crate::CategoryPath| {
                let path: Vec<&str> = path.iter().map(CatalogueSlug::as_str).collect();
                tree.by_path().into_iter().find(|(known, _)| *known == path.join("/")).unwrap().1.id
            };
            paths.iter().map(id).collect::<Vec<_>>()
        });
        let place = catalogue.iter().position(|one| one.product.slug == product.slug);
        let state = ImportState {
            before: place.map(|place| &catalogue[place]),
            history: &[],
            categories: ids.as_deref(),
            now: now(),
        };
        let base = salt + 1000 * (number as u128 + 1);
        let new = ImportIds {
            product: ProductId::new(Ulid::from(base)),
            variants: (0..part.len()).map(|n| VariantId::new(Ulid::from(base + n as u128))).collect(),
        };
        match product.applied(part, state, new) {
            Ok(done) => {
                report.extend(done.rows);
                match (done.after, place) {
                    (Some(after), Some(place)) => catalogue[place] = after,
                    (Some(after), None) => catalogue.push(after),
                    (None, _) => {}
                }
            }
            Err(rows) => report.extend(rows),
        }
    }
    report
}

const SHIRT: &str = "slug,title,description,status,categories,attributes,images,option1_name,option1_values,sku,option1_value,\
    weight_grams,length_mm,width_mm,height_mm,price_IDR,price_USD,price_lists\n\
    batik,Batik shirt,\"'=Hand-drawn.\n\n  Cold wash.\",active,clothing/shirts|books,Material=Cot\\=ton|Fit=Slim,\
    https://cdn.example.com/a.webp A shirt|https://cdn.example.com/b.webp,Size,S|M|L,TEE-S,S,250,300,200,20,120000,9.50,\
    wholesale:b2b:10:IDR:90000|summer::5:USD:8\n\
    batik,,,,,,,,,TEE-M,M,,,,,125000,,\n";

#[test]
fn a_file_makes_products_and_again_changes_nothing() {
    let mut catalogue = Vec::new();
    let made = imported(SHIRT, &mut catalogue, 0);
    assert_eq!(made.iter().map(|row| row.outcome).collect::<Vec<_>>(), [RowOutcome::Created; 2]);
    let [shirt] = catalogue.as_slice() else { panic!("{catalogue:?}") };
    assert_eq!((shirt.product.version, shirt.product.is_on_sale(now())), (1, true));
    assert_eq!(shirt.product.text.description.as_ref().unwrap().as_str(), "=Hand-drawn.\n\n  Cold wash.");
    assert_eq!(shirt.product.text.options[0].values.len(), 3);
    assert_eq!(shirt.product.text.attributes[0].value.as_str(), "Cot=ton");
    assert_eq!(shirt.product.text.images[0].alt.as_ref().unwrap().as_str(), "A shirt");
    assert_eq!((shirt.variants[0].prices.len(), shirt.variants[0].price_lists.len()), (2, 2));
    let before = catalogue.clone();
    let again = imported(SHIRT, &mut catalogue, 500);
    assert_eq!(again.iter().map(|row| row.outcome).collect::<Vec<_>>(), [RowOutcome::Unchanged; 2]);
    assert_eq!(catalogue, before);
}

#[test]
fn what_a_file_does_not_say_stays() {
    let mut catalogue = Vec::new();
    imported(SHIRT, &mut catalogue, 0);
    let before = catalogue.clone();
    let changed = imported("slug,sku,price_USD\nbatik,TEE-M,11\n", &mut catalogue, 500);
    assert_eq!(changed[0].outcome, RowOutcome::Updated);
    assert_eq!(catalogue[0].variants[0], before[0].variants[0]);
    assert_eq!(catalogue[0].variants[1].prices.len(), 2, "its price in rupiah stays");
    assert_eq!((&catalogue[0].product.text, catalogue[0].product.version), (&before[0].product.text, 2));
    // An empty cell takes away; a product's title stays.
    imported("slug,sku,title,description,categories,price_IDR\nbatik,TEE-M,,,,\n", &mut catalogue, 700);
    let text = &catalogue[0].product.text;
    assert_eq!((text.title.as_str(), &text.description, text.category_ids.len()), ("Batik shirt", &None, 0));
    assert_eq!(catalogue[0].variants[1].prices.len(), 1);
}

#[test]
fn a_new_value_of_an_option_is_added_where_none_are_named() {
    let mut catalogue = Vec::new();
    imported(SHIRT, &mut catalogue, 0);
    let added = imported("slug,sku,option1_value,price_IDR\nbatik,TEE-XL,XL,1\n", &mut catalogue, 500);
    assert_eq!(added[0].outcome, RowOutcome::Created);
    let values: Vec<&str> = catalogue[0].product.text.options[0].values.iter().map(OptionWord::as_str).collect();
    assert_eq!(values, ["S", "M", "L", "XL"]);
}

#[test]
fn what_cannot_be_is_refused_and_nothing_of_it_done() {
    let mut catalogue = Vec::new();
    imported(SHIRT, &mut catalogue, 0);
    let before = catalogue.clone();
    for (text, code) in [
        ("slug,sku,option1_value\nbatik,TEE-L,L\n", "PRODUCT_NOT_SELLABLE"),
        ("slug,sku,price_IDR\nbatik,TEE-L,5\n", "PRODUCT_OPTIONS_MISMATCH"),
        ("slug,sku,option1_value,price_IDR\nbatik,TEE-X,S,5\n", "VARIANT_EXISTS"),
        ("slug,sku,status\nbatik,TEE-S,draft\n", "NOT_A_DRAFT"),
        ("slug,sku\nnew,NEW\n", "REQUIRED"),
    ] {
        let rows = imported(text, &mut catalogue, 500);
        assert_eq!((rows[0].outcome, rows[0].errors[0].code.as_str()), (RowOutcome::Failed, code), "{text}");
        assert_eq!(catalogue, before, "{text}");
    }
}

#[test]
fn a_refusal_of_a_sku_names_the_row_that_is_to_blame() {
    let sheet = ProductSheet::read(b"slug,sku\na,A\na,B\n").unwrap();
    let part = sheet.parts().next().unwrap();
    let rows = part.refused(&CatalogueError::SkuTaken("B".parse().unwrap()));
    let codes: Vec<&str> = rows.iter().map(|row| row.errors[0].code.as_str()).collect();
    assert_eq!(codes, ["ANOTHER_ROW_FAILED", "SKU_TAKEN"]);
}

#[test]
fn a_product_without_variants_has_a_row_of_its_own() {
    let mut catalogue = Vec::new();
    let rows = imported("slug,sku,title\nidea,,An idea\n", &mut catalogue, 0);
    assert_eq!((rows[0].outcome, catalogue[0].variants.len()), (RowOutcome::Created, 0));
    let text = written(&catalogue, &tree(), now()).unwrap();
    assert_eq!(imported(&text, &mut catalogue, 500)[0].outcome, RowOutcome::Unchanged);
}

fn word() -> impl Strategy<Value = String> {
    r"[a='|\\;+@-][a='|\\;+@ -]{0,6}[a|=]".prop_map(|text| text)
}

prop_compose! {
    /// A product of a sheet with hostile texts, as its cells, unguarded.
    fn product()(
        slug in "[a-c]{3}", title in word(), description in r"[a='\n;-]{1,9}a", status in 0..3_usize,
        values in prop::collection::btree_set(word(), 1..4), attributes in prop::collection::btree_map(word(), word(), 0..3),
        price in 0..100_000_i64, category in 0..3_usize, weight in prop::option::of(1..500_u32),
    ) -> (String, String, String, usize, Vec<String>, Vec<(String, String)>, i64, usize, Option<u32>) {
        (slug, title, description, status, values.into_iter().collect(), attributes.into_iter().collect(), price, category, weight)
    }
}

proptest! {
    /// What is written is read again to the same state, in an empty catalogue too, and written again to the same bytes.
    #[test]
    fn a_catalogue_comes_back_to_the_byte(products in prop::collection::vec(product(), 1..4)) {
        use crate::sheet::{cells::guarded, lists::{escaped, joined}};
        let mut catalogue = Vec::new();
        for (number, (slug, title, description, status, values, attributes, price, category, weight)) in products.iter().enumerate() {
            let list = |words: &[String]| joined(words.iter().map(|one| escaped(one, None)));
            let pairs = joined(attributes.iter().map(|(name, value)| format!("{}={}", escaped(name, Some('=')), escaped(value, Some('=')))));
            let mut csv = csv::Writer::from_writer(Vec::new());
            csv.write_record(["slug", "title", "description", "status", "option1_name", "option1_values", "attributes", "categories", "sku", "option1_value", "weight_grams", "price_USD"]).unwrap();
            for (place, value) in values.iter().enumerate() {
                let cells = [
                    format!("{slug}-{number}"), title.clone(), description.clone(), ["draft", "active", "archived"][*status].to_owned(),
                    "Size".to_owned(), list(values), pairs.clone(), ["", "books", "clothing/shirts"][*category].to_owned(),
                    format!("S{number}.{place}"), value.clone(), weight.map(|grams| grams.to_string()).unwrap_or_default(),
                    format!("{}.{:02}", price / 100, price % 100),
                ];
                csv.write_record(cells.iter().map(|cell| guarded(cell))).unwrap();
            }
            let text = String::from_utf8(csv.into_inner().unwrap()).unwrap();
            let rows = imported(&text, &mut catalogue, 1_000_000 * number as u128);
            prop_assert!(rows.iter().all(|row| row.outcome == RowOutcome::Created), "{rows:?}\n{text}");
        }
        let first = written(&catalogue, &tree(), now()).unwrap();
        let mut other = Vec::new();
        let rows = imported(&first, &mut other, 7_000_000);
        prop_assert!(rows.iter().all(|row| row.outcome == RowOutcome::Created), "{rows:?}\n{first}");
        prop_assert_eq!(&written(&other, &tree(), now()).unwrap(), &first);
        let again = imported(&first, &mut catalogue, 9_000_000);
        prop_assert!(again.iter().all(|row| row.outcome == RowOutcome::Unchanged), "{again:?}\n{first}");
    }
}
