//! The digests that SQS answers, so that a sender can compare.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use md5::{Digest as _, Md5};
use serde_json::Value;

use crate::random;

/// MD5 of a message's text, hex.
pub(crate) fn body_md5(body: &str) -> String {
    random::hex(&Md5::digest(body.as_bytes()))
}

/// MD5 of message attributes, hex; `None` without any. By name, each as its name, its type, one byte for the kind of
/// value and the value, with lengths before texts ("Calculating the MD5 message digest for message attributes" in the
/// SQS guide).
pub(crate) fn attributes_md5(attributes: &BTreeMap<impl AsRef<str>, &Value>) -> Option<String> {
    let mut digest = Md5::new();
    let mut part = |bytes: &[u8], kind: Option<u8>| {
        digest.update(kind.as_slice());
        digest.update(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
        digest.update(bytes);
    };
    for (name, attribute) in attributes {
        let text = |key: &str| attribute[key].as_str();
        part(name.as_ref().as_bytes(), None);
        part(text("DataType").unwrap_or_default().as_bytes(), None);
        match text("BinaryValue") {
            Some(binary) => part(&STANDARD.decode(binary).unwrap_or_default(), Some(2)),
            None => part(text("StringValue").unwrap_or_default().as_bytes(), Some(1)),
        }
    }
    (!attributes.is_empty()).then(|| random::hex(&digest.finalize()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn digests_are_those_of_aws() {
        assert_eq!(body_md5("This is a test message"), "fafb00f5732ab283681e124bf8747ed1");
        // The first is pinned by moto's and localstack's tests.
        let number = json!({"DataType": "Number", "StringValue": "1493147359900"});
        let one = BTreeMap::from([("timestamp", &number)]);
        assert_eq!(attributes_md5(&one).as_deref(), Some("235c5c510d26fb653d073faed50ae77c"));
        let (text, binary) =
            (json!({"DataType": "String", "StringValue": "x"}), json!({"DataType": "Binary", "BinaryValue": "AP8="}));
        let two = BTreeMap::from([("b", &binary), ("a", &text)]);
        assert_eq!(attributes_md5(&two).as_deref(), Some("c4ec7d55335539420ccc7ec70efeb4a1"));
        assert_eq!(attributes_md5(&BTreeMap::<&str, &Value>::new()), None);
    }
}
