//! A path as it may stand in a log: what a caller made up, an address or a key perhaps, is left out.

use std::{collections::BTreeSet, sync::LazyLock};

use serde_json::Value;

/// The fixed segments of all operations.
static WORDS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let document = serde_json::to_value(crate::openapi::document()).unwrap_or_default();
    let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
    let segments = paths.flat_map(|(path, _)| path.split('/'));
    segments.filter(|segment| !segment.starts_with('{')).map(str::to_owned).collect()
});

/// The path with `{}` for every segment that is neither an operation's own word nor one of our ids.
pub(crate) fn shown(path: &str) -> String {
    let segments =
        path.split('/').map(|segment| if WORDS.contains(segment) || is_id(segment) { segment } else { "{}" });
    segments.collect::<Vec<_>>().join("/")
}

/// `usr_` and a ULID; no key is of this form.
fn is_id(segment: &str) -> bool {
    let Some((prefix, ulid)) = segment.split_once('_') else { return false };
    let prefixed = (2..=4).contains(&prefix.len()) && prefix.bytes().all(|byte| byte.is_ascii_lowercase());
    prefixed && ulid.len() == 26 && ulid.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_and_ids_are_shown() {
        for (path, expected) in [
            ("/", "/"),
            ("/health", "/health"),
            ("/api/v1/users/me/phone", "/api/v1/users/me/phone"),
            ("/api/v1/users/usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "/api/v1/users/usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X"),
            ("/api/v1/users/budi@example.com/roles/ADMIN", "/api/v1/users/{}/roles/{}"),
            ("/api/v1/users/budi%40example.com", "/api/v1/users/{}"),
            ("/api/v1/api-keys/sk_test_01JD2Z3M4N5P6Q7R8S9T0V1W2X_abc", "/api/v1/api-keys/{}"),
            ("/nope/+6281234567890", "/{}/{}"),
        ] {
            assert_eq!(shown(path), expected);
        }
    }
}
