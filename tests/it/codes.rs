//! The list of codes in `docs/API.md` is exactly what the code can answer.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::sandbox::{Call, World, in_the_world};

/// Texts of the same shape that are no codes.
const NO_CODES: [&str; 18] = [
    "API_KEY_INVALID",
    "CARGO_PKG_VERSION",
    "DATA_MESSAGE",
    "DEADLINE_EXCEEDED",
    "FAILED_PRECONDITION",
    "HMAC_SHA256",
    "IMAGE_SAFETY",
    "INVALID_ARGUMENT",
    "KEYS_ONLY",
    "MAX_TOKENS",
    "NEW_AND_OLD_IMAGES",
    "OUT_DIR",
    "PAY_PER_REQUEST",
    "PERMISSION_DENIED",
    "PROHIBITED_CONTENT",
    "RESOURCE_EXHAUSTED",
    "SCREAMING_SNAKE_CASE",
    "SENDER_ID_MISMATCH",
];
/// One-word codes, which cannot be told from other words by their shape.
const ONE_WORD: [&str; 7] =
    ["CONFLICT", "FORBIDDEN", "IMPERSONATED", "INTERNAL", "REQUIRED", "UNAUTHENTICATED", "UNAVAILABLE"];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !name.contains("tests") {
            found.push(path);
        }
    }
}

/// The sources of all that runs in production, but for files of tests.
pub(crate) fn product_sources(root: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for part in ["shared", "functions"] {
        for package in fs::read_dir(root.join(part)).unwrap() {
            let package = package.unwrap();
            // Nothing answers yet what the trading engine refuses.
            if !["testkit", "trading"].iter().any(|other| package.file_name() == *other) {
                sources(&package.path().join("src"), &mut files);
            }
        }
    }
    files
}

fn codes_of_the_code(root: &Path) -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    for file in product_sources(root) {
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        // Every quote may open a literal: what follows it up to the next one counts when it has a code's shape.
        codes.extend(code.split('"').filter(|literal| is_code(literal)).map(str::to_owned));
        codes.extend(written_as_codes(code));
    }
    codes
}

/// The variants of enums that serde writes as codes, which stand nowhere as text.
fn written_as_codes(code: &str) -> Vec<String> {
    let mut codes = Vec::new();
    for behind in code.split("rename_all = \"SCREAMING_SNAKE_CASE\"").skip(1) {
        let Some((_, body)) = behind.split_once('{') else { continue };
        let variants = body.split("\n}").next().unwrap_or_default().lines();
        let variants = variants.filter_map(|line| line.trim().strip_suffix(','));
        codes.extend(variants.filter(|name| name.bytes().all(|b| b.is_ascii_alphanumeric())).map(screaming));
    }
    codes
}

fn screaming(name: &str) -> String {
    let mut code = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !code.is_empty() {
            code.push('_');
        }
        code.push(letter.to_ascii_uppercase());
    }
    code
}

#[test]
fn codes_of_enums_are_found_too() {
    let code = "#[serde(rename_all = \"SCREAMING_SNAKE_CASE\")]\npub enum Why {\n    /// So late.\n    TooOld,\n    NotActive,\n}\nA,";
    assert_eq!(written_as_codes(code), ["TOO_OLD", "NOT_ACTIVE"]);
}

fn is_code(text: &str) -> bool {
    let upper = !text.is_empty() && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    let shaped = upper && (text.contains('_') || ONE_WORD.contains(&text));
    shaped && !NO_CODES.contains(&text) && !text.starts_with("RUKO_") && !text.starts_with("AWS_")
}

#[test]
fn every_code_is_documented_and_every_documented_code_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let documented = fs::read_to_string(root.join("docs/API.md")).unwrap();
    let rows = documented.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    // Other tables name what is no code.
    let is_code =
        |name: &&str| name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    let rows: Vec<String> = rows.filter(is_code).map(str::to_owned).collect();
    let documented: BTreeSet<String> = rows.iter().cloned().collect();
    assert_eq!(rows.len(), documented.len(), "a code stands twice in docs/API.md");
    assert_eq!(codes_of_the_code(root), documented);
}

#[test]
fn the_type_of_a_problem_leads_to_its_entry_in_the_guide() {
    in_the_world(|World { sandbox, ours, .. }| async move {
        let refused = sandbox.get("/api/v1/invoices/x", &ours.owner_token).await;
        let kind = refused.text("/type");
        let (page, anchor) = kind.split_once('#').unwrap();
        assert_eq!((page, anchor), ("/docs/guide", "not-found"));
        let guide = String::from_utf8(sandbox.send("GET", page, Call::default()).await.body).unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        for code in codes_of_the_code(root) {
            let place = format!("id=\"{}\"", code.to_ascii_lowercase().replace('_', "-"));
            assert_eq!(guide.matches(&place).count(), 1, "{place}");
        }
    });
}

#[test]
fn the_documents_codes_are_those_of_the_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let document: Value = serde_json::from_str(include_str!("../../docs/openapi.json")).unwrap();
    let listed = document["components"]["schemas"]["ErrorCode"]["enum"].as_array().unwrap();
    let listed: BTreeSet<String> = listed.iter().map(|code| code.as_str().unwrap().to_owned()).collect();
    assert_eq!(listed, codes_of_the_code(root));
    for part in ["Problem", "FieldError"] {
        let code = &document["components"]["schemas"][part]["properties"]["code"];
        assert_eq!(code["$ref"], "#/components/schemas/ErrorCode", "{part}");
    }
}

/// What a method of an `impl Fault` says of each variant, which stands as its source: one expression, or a match.
fn arms(block: &str, method: &str) -> Vec<(String, String)> {
    let (_, body) = block.split_once(&format!("fn {method}(&self)")).unwrap();
    let (_, body) = body.split_once("{\n").unwrap();
    let body = body.split("\n    }").next().unwrap();
    let Some((_, body)) = body.split_once("match self {") else {
        return vec![("_".to_owned(), body.trim().to_owned())];
    };
    let (mut arms, mut variants) = (Vec::new(), Vec::new());
    for (number, part) in body.split("=>").enumerate() {
        let value = part.trim_start_matches([' ', '{', '\n']).split([',', '\n']).next().unwrap().trim();
        if number > 0 {
            arms.extend(variants.drain(..).map(|variant| (variant, value.to_owned())));
        }
        let names = part.split("Self::").skip(1);
        variants.extend(names.map(|name| name.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap().to_owned()));
    }
    arms.sort();
    arms
}

/// What is not set up, or not so far: the same request may succeed later.
const NOT_YET: &[&str] = &[
    "AiError::Rejected",
    "AiRunError::Running",
    "CarrierError::Credentials",
    "CarrierError::NotConfigured",
    "CartError::Codes",
    "CartError::Currency",
    "CartError::Lines",
    "CartError::Pieces",
    "CartError::Quantity",
    "CatalogueError::CategoryCycle",
    "CatalogueError::CategoryNotEmpty",
    "CatalogueError::CategorySlugTaken",
    "CatalogueError::CategoryTooDeep",
    "CatalogueError::NotSellable",
    "CatalogueError::OptionsMismatch",
    "CatalogueError::SkuTaken",
    "CatalogueError::SlugTaken",
    "CatalogueError::TooManyCategories",
    "CatalogueError::TooManyVariants",
    "CatalogueError::UnknownCategory",
    "CatalogueError::VariantExists",
    "ConnectError::BadToken",
    "ConnectError::OtherName",
    "ConnectError::Refused",
    "CourseError::NoLine",
    "CourseError::NotToBeSent",
    "CourseError::Nothing",
    "CourseError::NothingRefundable",
    "CourseError::NothingSent",
    "CourseError::OtherRefund",
    "CourseError::Shipped",
    "CourseError::TooMany",
    "CourseError::WrongMove",
    "DeviceError::TooMany",
    "DomainError::NotProven",
    "DomainError::Taken",
    "ErasureError::NotScheduled",
    "ErasureError::Scheduled",
    "ExportError::NotReady",
    "ExportError::Running",
    "ImpersonationError::NotActive",
    "ImportError::Running",
    "LimitError::Invited",
    "LimitError::Members",
    "LimitError::Storage",
    "LinkError::NoBot",
    "LinkError::OtherBot",
    "MethodError::NotReady",
    "MethodError::NotTheirs",
    "MethodError::TooMany",
    "OrderError::Incomplete",
    "OrderError::Insufficient",
    "OrderError::NoPrice",
    "OrderError::PriceChanged",
    "OrderError::QuoteChanged",
    "OrderError::TooLarge",
    "OrderError::Unavailable",
    "OrderError::WrongMove",
    "PaymentError::BalanceTooLow",
    "PaymentError::NotConfigured",
    "PaymentError::RefundOnItsWay",
    "PlanTooSmall::_",
    "ProductExportError::NotReady",
    "ProductExportError::Running",
    "ProductReviewError::Closed",
    "ProductReviewError::EditOver",
    "ProductReviewError::Exists",
    "ProductReviewError::NotBought",
    "ProductReviewError::OrderOver",
    "ProductReviewError::TooEarly",
    "ProductReviewError::WrongMove",
    "PromotionError::CodeTaken",
    "PromotionError::TooMany",
    "ReviewError::NotOnBalance",
    "ReviewError::Outdated",
    "SettlementError::BalanceEmpty",
    "ShippingError::NoOrigin",
    "ShippingError::NotReady",
    "StockError::Insufficient",
    "StockError::Kept",
    "StockError::Scattered",
    "StockError::TooManyLocations",
    "StoredFileError::NotDeleted",
    "StoredFileError::NotReady",
    "StoredFileError::TooMany",
    "TextError::Exists",
    "TextError::TooMany",
    "WebhookError::Disabled",
    "WebhookError::Pending",
    "WebhookError::TooMany",
    "WithdrawalError::BalanceTooLow",
    "WithdrawalError::NoAccount",
    "WithdrawalError::NotSettled",
    "WithdrawalError::WrongState",
];

#[test]
fn what_the_business_refuses_is_final_but_for_what_may_change() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let (mut enums, mut last, mut otherwise) = (0, 0, Vec::new());
    for file in product_sources(root) {
        let text = fs::read_to_string(&file).unwrap();
        for block in text.split("Fault for ").skip(1) {
            let block = block.split("\n}\n").next().unwrap();
            let name = block.split(' ').next().unwrap();
            let (kinds, finals) = (arms(block, "kind"), arms(block, "is_final"));
            enums += 1;
            assert_eq!(kinds.len(), finals.len(), "{name}");
            for ((variant, kind), (same, is_final)) in kinds.into_iter().zip(finals) {
                assert_eq!(variant, same, "{name}");
                let refused = kind.ends_with("FaultKind::Conflict") || kind.ends_with("FaultKind::Invalid");
                match is_final.as_str() {
                    "true" => last += 1,
                    "false" if refused => otherwise.push(format!("{name}::{variant}")),
                    "false" => {}
                    // What the error within says.
                    _ => assert_eq!((kind.as_str(), is_final.as_str()), ("error.kind()", "error.is_final()"), "{name}"),
                }
                assert!(refused || is_final != "true", "{name}::{variant}: neither 409 nor 422 is final");
            }
        }
    }
    assert_eq!((enums, last), (77, 148));
    otherwise.sort();
    assert_eq!(otherwise, NOT_YET);
}
