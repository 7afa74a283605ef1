//! Our escaping of Telegram's `MarkdownV2` against what python-telegram-bot makes of the same texts.
//!
//! `cargo xtask peers` holds the file itself against that library.

use std::collections::BTreeMap;

use messaging::escape::{markdown, markdown_code, markdown_url};
use serde_json::Value;

const VECTORS: &str = include_str!("../../../tests/peers/escape_markdown.json");

#[test]
fn escaping_is_as_the_peers() {
    let vectors: Vec<Value> = serde_json::from_str(VECTORS).unwrap();
    let mut places = BTreeMap::new();
    for vector in &vectors {
        let [place, plain, escaped] = ["place", "plain", "escaped"].map(|name| vector[name].as_str().unwrap());
        let ours = match place {
            "text" => markdown(plain),
            "code" => markdown_code(plain),
            "url" => markdown_url(plain),
            other => panic!("no such place: {other}"),
        };
        assert_eq!(ours, escaped, "{place}: {plain:?}");
        *places.entry(place).or_insert(0) += 1;
    }
    assert_eq!(places, [("code", 17), ("text", 17), ("url", 17)].into());
}
