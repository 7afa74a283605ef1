use crate::{
    ProductSheet, RowOutcome, SheetError,
    sheet::{
        read::{ColumnFault, ColumnFaultKind, MOST_ROWS},
        rows::SheetStatus,
    },
};

fn read(text: &str) -> ProductSheet {
    ProductSheet::read(text.as_bytes()).unwrap()
}

/// The mistakes of the file's rows, as `line column code`.
fn faults(text: &str) -> Vec<String> {
    let sheet = read(text);
    let mut told = Vec::new();
    for part in sheet.parts() {
        for row in part.parsed().err().unwrap_or_default() {
            assert_eq!(row.outcome, RowOutcome::Failed);
            told.extend(
                row.errors
                    .iter()
                    .map(|fault| format!("{} {} {}", row.line, fault.column.as_deref().unwrap_or("-"), fault.code)),
            );
        }
    }
    told
}

#[test]
fn a_file_may_come_from_any_program() {
    let plain = "slug,sku,title\na,A,Shirt\n";
    for text in [
        plain.to_owned(),
        plain.replace('\n', "\r\n"),
        format!("\u{feff}{plain}"),
        plain.replace(',', ";"),
        format!("{plain},,\n\n"),
    ] {
        let sheet = read(&text);
        assert_eq!(sheet.rows(), 1, "{text:?}");
        let product = sheet.parts().next().unwrap().parsed().unwrap();
        assert_eq!((product.slug.as_str(), product.variants.len()), ("a", 1), "{text:?}");
        assert_eq!(product.title.unwrap().as_str(), "Shirt", "{text:?}");
    }
    let quoted = read("slug,sku,title,description\na,A,\"A \"\"big\"\", shirt\",\"One.\r\nTwo.\"\n");
    let product = quoted.parts().next().unwrap().parsed().unwrap();
    assert_eq!(product.title.unwrap().as_str(), "A \"big\", shirt");
    assert_eq!(product.description.apply(None).unwrap().as_str(), "One.\nTwo.");
}

#[test]
fn a_row_is_named_by_the_line_on_which_it_begins() {
    let text = "slug,sku,title,status\na,A,\"One\nTwo\",sold\n\nb,B,Shirt,sold\n";
    for text in [text.to_owned(), text.replace('\n', "\r\n")] {
        let lines: Vec<u64> =
            read(&text).parts().filter_map(|part| part.parsed().err()).flatten().map(|row| row.line).collect();
        assert_eq!(lines, [2, 5], "{text:?}");
    }
}

#[test]
fn a_file_that_is_none_is_refused_as_a_whole() {
    let refused = |bytes: &[u8]| ProductSheet::read(bytes).unwrap_err();
    assert_eq!(refused(b""), SheetError::Empty);
    assert_eq!(refused(b"\xef\xbb\xbf\r\n\r\n"), SheetError::Empty);
    assert_eq!(refused(b"slug,sku\r\n"), SheetError::NoRows);
    assert_eq!(refused(b"slug,sku\n,\n"), SheetError::NoRows);
    assert_eq!(refused(b"\xff\xfes\0l\0u\0g\0"), SheetError::NotUtf8, "UTF-16, as some programs call Unicode");
    assert_eq!(refused(b"slug,sku,title\na,A,Caf\xe9\n"), SheetError::NotUtf8, "Windows-1252");
    let full = format!("slug,sku\n{}", "a,A\n".repeat(MOST_ROWS));
    assert!(ProductSheet::read(full.as_bytes()).is_ok());
    assert_eq!(refused(format!("{full}a,A\n").as_bytes()), SheetError::TooManyRows { most: MOST_ROWS });
}

#[test]
fn all_wrong_columns_are_told_at_once() {
    let fault = |name: &str, kind| ColumnFault { name: name.to_owned(), kind };
    let told = ProductSheet::read(b"title,colour,Title,price_XXX,\n").unwrap_err();
    assert_eq!(
        told,
        SheetError::Columns(vec![
            fault("colour", ColumnFaultKind::Unknown),
            fault("Title", ColumnFaultKind::Twice),
            fault("price_XXX", ColumnFaultKind::Unknown),
            fault("", ColumnFaultKind::Unknown),
            fault("slug", ColumnFaultKind::Missing),
            fault("sku", ColumnFaultKind::Missing),
        ])
    );
}

#[test]
fn each_mistake_is_told_in_its_row() {
    let head = "slug,sku,title,status,publish_at,option1_name,option1_values,option1_value,barcode,weight_grams,length_mm,width_mm,\
                height_mm,price_IDR,price_lists,categories,attributes,images\n";
    for (row, told) in [
        ("a,A,T,,,,,,,,,,,,,,,", &[][..]),
        ("A b,A,T,,,,,,,,,,,,,,,", &["2 slug INVALID_VALUE"]),
        (",A,T,,,,,,,,,,,,,,,", &["2 slug REQUIRED"]),
        ("a,,T,,,,,,,5,,,,,,,,", &["2 sku REQUIRED"]),
        ("a,-A,T,,,,,,,,,,,,,,,", &["2 sku INVALID_VALUE"]),
        ("a,A,T,sold,,,,,,,,,,,,,,", &["2 status INVALID_VALUE"]),
        ("a,A,T,scheduled,,,,,,,,,,,,,,", &["2 publish_at REQUIRED"]),
        ("a,A,T,scheduled,tomorrow,,,,,,,,,,,,,", &["2 publish_at INVALID_VALUE"]),
        ("a,A,T,active,2026-12-01T00:00:00.000Z,,,,,,,,,,,,,", &["2 publish_at INVALID_VALUE"]),
        ("a,A,T,,,,S|M,S,,,,,,,,,,", &["2 option1_name REQUIRED"]),
        ("a,A,T,,,Size,S|S,S,,,,,,,,,,", &["2 option1_values INVALID_VALUE"]),
        ("a,A,T,,,,,,b/c,,,,,,,,,", &["2 barcode INVALID_VALUE"]),
        ("a,A,T,,,,,,,0,,,,,,,,", &["2 weight_grams INVALID_VALUE"]),
        ("a,A,T,,,,,,,1.5,,,,,,,,", &["2 weight_grams INVALID_VALUE"]),
        ("a,A,T,,,,,,,,10,,20,,,,,", &["2 length_mm REQUIRED"]),
        ("a,A,T,,,,,,,,,,,120.000,,,,", &["2 price_IDR INVALID_VALUE"]),
        ("a,A,T,,,,,,,,,,,-1,,,,", &["2 price_IDR INVALID_VALUE"]),
        ("a,A,T,,,,,,,,,,,,b2b:x,,,", &["2 price_lists INVALID_VALUE"]),
        ("a,A,T,,,,,,,,,,,,l::0:IDR:5,,,", &["2 price_lists INVALID_VALUE"]),
        ("a,A,T,,,,,,,,,,,,l::1:IDR:5|l::1:IDR:6,,,", &["2 price_lists INVALID_VALUE"]),
        ("a,A,T,,,,,,,,,,,,,Clothing,,", &["2 categories INVALID_VALUE"]),
        ("a,A,T,,,,,,,,,,,,,a|b|c|d|e|f,,", &["2 categories INVALID_LENGTH"]),
        ("a,A,T,,,,,,,,,,,,,,Material,", &["2 attributes INVALID_VALUE"]),
        ("a,A,T,,,,,,,,,,,,,,A=1|A=2,", &["2 attributes INVALID_VALUE"]),
        ("a,A,T,,,,,,,,,,,,,,,http://x", &["2 images INVALID_VALUE"]),
        ("a,A,T,,", &["2 - CELL_COUNT"]),
        (
            "a,A,T,odd,,,,,b/c,,,,,x,,,,",
            &["2 status INVALID_VALUE", "2 barcode INVALID_VALUE", "2 price_IDR INVALID_VALUE"],
        ),
    ] {
        assert_eq!(faults(&format!("{head}{row}\n")), told, "{row}");
    }
}

#[test]
fn a_product_is_taken_as_a_whole() {
    let told = faults("slug,sku,title,weight_grams\na,A,Shirt,1\nb,B,Cap,1\na,C,,x\na,D,Hat,1\n");
    assert_eq!(told, ["2 - ANOTHER_ROW_FAILED", "4 weight_grams INVALID_VALUE", "5 title PRODUCT_DIFFERS",]);
}

#[test]
fn a_sku_stands_once_in_a_file() {
    let told = faults("slug,sku\na,A\nb,B\nb,A\n");
    assert_eq!(told, ["3 - ANOTHER_ROW_FAILED", "4 sku SKU_TWICE"]);
}

#[test]
fn rows_of_a_product_are_gathered_and_done_by_twenties() {
    let rows = (0..45).map(|n| format!("a,A{n}\nb{n},B{n}\n")).collect::<Vec<_>>().concat();
    let sheet = read(&format!("slug,sku\n{rows}"));
    let parts: Vec<usize> = sheet.parts().map(|part| part.len()).collect();
    assert_eq!(parts.get(..4), Some(&[20, 20, 5, 1][..]));
    assert_eq!(parts.iter().sum::<usize>(), 90);
    let second = sheet.parts().nth(1).unwrap().parsed().unwrap();
    assert_eq!((second.variants.len(), second.variants[0].sku.as_str()), (20, "A20"));
}

#[test]
fn what_is_scheduled_says_from_when_on() {
    let sheet = read("slug,sku,status,publish_at\na,A,Scheduled,2026-12-01T09:00:00.000Z\n");
    let product = sheet.parts().next().unwrap().parsed().unwrap();
    assert_eq!(product.status, Some(SheetStatus::Scheduled("2026-12-01T09:00:00.000Z".parse().unwrap())));
}
