//! A resolver over HTTPS in JSON, in place of `https://cloudflare-dns.com/dns-query`, with the TXT records that somebody sets
//! here, and no others.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use serde::Deserialize;
use serde_json::{Value, json};

/// The TXT records of names.
#[derive(Debug, Default)]
pub(crate) struct Dns(Mutex<BTreeMap<String, Vec<String>>>);

/// Records to set; none takes the name away.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TxtRecords {
    name: String,
    texts: Vec<String>,
}

/// What is asked for.
#[derive(Debug, Deserialize)]
pub(crate) struct DnsQuestion {
    name: String,
    #[serde(rename = "type")]
    kind: String,
}

impl Dns {
    /// Sets the records of a name; what it has now.
    pub(crate) fn set(&self, TxtRecords { name, texts }: TxtRecords) -> Value {
        let set = json!({ "name": name, "texts": texts });
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_ascii_lowercase(), texts);
        set
    }

    /// Answers as a resolver does: 3 where there is no such name.
    pub(crate) fn answer(&self, DnsQuestion { name, kind }: &DnsQuestion) -> Value {
        let records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let texts = records.get(&name.to_ascii_lowercase()).filter(|texts| !texts.is_empty());
        let Some(texts) = texts else { return json!({ "Status": 3 }) };
        let of = |text: &String| json!({"name": name, "type": 16, "TTL": 300, "data": format!("\"{text}\"")});
        let answer: Vec<Value> = texts.iter().filter(|_| kind == "TXT").map(of).collect();
        json!({ "Status": 0, "Answer": answer })
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(dns: &Dns, name: &str, kind: &str) -> Value {
        dns.answer(&DnsQuestion { name: name.to_owned(), kind: kind.to_owned() })
    }

    #[test]
    fn only_what_was_set_is_there() {
        let dns = Dns::default();
        assert_eq!(asked(&dns, "a.id", "TXT"), json!({ "Status": 3 }));
        dns.set(TxtRecords { name: "A.id".to_owned(), texts: vec!["x".to_owned()] });
        let record = json!({"name": "a.id", "type": 16, "TTL": 300, "data": "\"x\""});
        assert_eq!(asked(&dns, "a.id", "TXT"), json!({ "Status": 0, "Answer": [record] }));
        assert_eq!(asked(&dns, "a.id", "A"), json!({ "Status": 0, "Answer": [] }));
        dns.set(TxtRecords { name: "a.id".to_owned(), texts: Vec::new() });
        assert_eq!(asked(&dns, "a.id", "TXT"), json!({ "Status": 3 }));
    }
}
