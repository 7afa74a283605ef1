//! KMS with the one key of the template: data keys that open only together with their encryption context.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{PoisonError, RwLock},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use kernel::{Seal, Secret};
use serde::Deserialize;
use serde_json::{Value, json};

use super::AwsError;
use crate::{StartError, random};

/// The template's key, by its alias.
pub(crate) const KEY: &str = "alias/ruko-local";
/// The same by its ARN, which is how KMS answers.
const ARN: &str = "arn:aws:kms:us-east-1:000000000000:key/ruko-local";
/// What KMS lets a context hold.
const MAX_CONTEXT_BYTES: usize = 8192;

/// The key, kept in a file if asked: what it wrapped opens after a restart.
pub(crate) struct Kms {
    root: RwLock<Seal>,
    file: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GenerateDataKey {
    key_id: String,
    key_spec: Option<String>,
    number_of_bytes: Option<usize>,
    #[serde(default)]
    encryption_context: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Decrypt {
    ciphertext_blob: String,
    key_id: Option<String>,
    #[serde(default)]
    encryption_context: BTreeMap<String, String>,
}

impl Kms {
    /// The key kept in `file`, or a new one.
    pub(crate) fn open(file: Option<PathBuf>) -> Result<Self, StartError> {
        let kept = file.as_ref().and_then(|file| std::fs::read(file).ok());
        let root = match kept.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()) {
            Some(root) => root,
            None => new_root(file.as_ref())?,
        };
        Ok(Self { root: RwLock::new(usable(&root)?), file })
    }

    /// Another key: nothing opens that was wrapped before.
    pub(crate) fn clear(&self) -> Result<(), StartError> {
        let root = usable(&new_root(self.file.as_ref())?)?;
        *self.root.write().unwrap_or_else(PoisonError::into_inner) = root;
        Ok(())
    }

    /// Answers `TrentService.<action>`.
    pub(crate) fn answer(&self, action: &str, body: &[u8]) -> Result<Value, AwsError> {
        match action {
            "GenerateDataKey" => self.generate(&read(body)?),
            "Decrypt" => self.decrypt(read(body)?),
            _ => Err(AwsError::unknown_operation("KMS", action)),
        }
    }

    fn generate(&self, request: &GenerateDataKey) -> Result<Value, AwsError> {
        known(&request.key_id)?;
        let length = match (request.key_spec.as_deref(), request.number_of_bytes) {
            (Some("AES_256"), None) => 32,
            (Some("AES_128"), None) => 16,
            (None, Some(length @ 1..=1024)) => length,
            _ => return Err(invalid("Please specify either number of bytes or key spec.")),
        };
        let plain: [u8; 1024] = random::bytes();
        let plain = plain.get(..length).unwrap_or_default();
        let context = bound(&request.encryption_context)?;
        let root = self.root.read().unwrap_or_else(PoisonError::into_inner);
        let wrapped = root.close(plain.to_vec(), context);
        let wrapped = wrapped.map_err(|_| AwsError::new(500, "KMSInternalException", "not sealed"))?;
        Ok(json!({ "KeyId": ARN, "Plaintext": STANDARD.encode(plain), "CiphertextBlob": STANDARD.encode(wrapped) }))
    }

    fn decrypt(&self, request: Decrypt) -> Result<Value, AwsError> {
        request.key_id.as_deref().map_or(Ok(()), known)?;
        let context = bound(&request.encryption_context)?;
        let wrapped = STANDARD.decode(request.ciphertext_blob).map_err(|_| invalid("CiphertextBlob is not base64"))?;
        let root = self.root.read().unwrap_or_else(PoisonError::into_inner);
        let opened = root.open(&wrapped, context).map(|plain| STANDARD.encode(plain.as_slice()));
        // KMS says no more than this, whatever was wrong.
        let plain = opened.ok_or_else(|| AwsError::new(400, "InvalidCiphertextException", ""))?;
        Ok(json!({ "KeyId": ARN, "Plaintext": plain, "EncryptionAlgorithm": "SYMMETRIC_DEFAULT" }))
    }
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, AwsError> {
    serde_json::from_slice(body).map_err(|error| AwsError::malformed(&error))
}

fn known(key: &str) -> Result<(), AwsError> {
    let missing = || AwsError::new(400, "NotFoundException", &format!("Invalid keyId '{key}'"));
    [KEY, ARN].contains(&key).then_some(()).ok_or_else(missing)
}

/// The bytes that stand for a context: in the order of its names, so that the order of the request does not count.
fn bound(context: &BTreeMap<String, String>) -> Result<Vec<u8>, AwsError> {
    let bytes = json!(context).to_string().into_bytes();
    if bytes.len() > MAX_CONTEXT_BYTES { Err(invalid("EncryptionContext is too large")) } else { Ok(bytes) }
}

fn invalid(message: &str) -> AwsError {
    AwsError::new(400, "ValidationException", message)
}

fn new_root(file: Option<&PathBuf>) -> Result<[u8; 32], StartError> {
    let root = random::bytes();
    if let Some(file) = file {
        std::fs::write(file, root)?;
    }
    Ok(root)
}

fn usable(root: &[u8; 32]) -> Result<Seal, StartError> {
    Seal::new(&Secret::new(*root)).map_err(|_| StartError::Secrets("a KMS key that AES-256 cannot use".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(kms: &Kms, action: &str, body: &Value) -> Result<Value, String> {
        kms.answer(action, body.to_string().as_bytes()).map_err(|error| error.code)
    }

    fn generate(kms: &Kms, context: &Value) -> Value {
        call(kms, "GenerateDataKey", &json!({"KeyId": KEY, "KeySpec": "AES_256", "EncryptionContext": context}))
            .unwrap()
    }

    fn decrypt(kms: &Kms, blob: &Value, context: &Value) -> Result<Value, String> {
        call(kms, "Decrypt", &json!({"KeyId": KEY, "CiphertextBlob": blob, "EncryptionContext": context}))
    }

    #[test]
    fn a_data_key_opens_with_its_context_only() {
        let kms = Kms::open(None).unwrap();
        let context = json!({"tenant": "a", "purpose": "b"});
        let made = generate(&kms, &context);
        let plain = STANDARD.decode(made["Plaintext"].as_str().unwrap()).unwrap();
        assert_eq!(plain.len(), 32);
        let opened = decrypt(&kms, &made["CiphertextBlob"], &json!({"purpose": "b", "tenant": "a"})).unwrap();
        assert_eq!(opened["Plaintext"], made["Plaintext"]);
        for other in [json!({"tenant": "b", "purpose": "b"}), json!({"tenant": "a"}), json!({})] {
            assert_eq!(decrypt(&kms, &made["CiphertextBlob"], &other), Err("InvalidCiphertextException".to_owned()));
        }
        for (request, code) in [
            (json!({"KeyId": "alias/other", "KeySpec": "AES_256"}), "NotFoundException"),
            (json!({"KeyId": KEY}), "ValidationException"),
            (json!({"KeyId": KEY, "KeySpec": "AES_256", "NumberOfBytes": 32}), "ValidationException"),
            (json!({"KeyId": 1}), "SerializationException"),
        ] {
            assert_eq!(call(&kms, "GenerateDataKey", &request), Err(code.to_owned()), "{request}");
        }
        assert_eq!(call(&kms, "ScheduleKeyDeletion", &json!({})), Err("UnknownOperationException".to_owned()));
    }

    #[test]
    fn the_key_outlives_a_restart_and_not_a_reset() {
        let folder = std::env::temp_dir().join(format!("ruko-kms-{}", random::uuid()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("kms.key");
        let context = json!({"tenant": "a"});
        let first = Kms::open(Some(file.clone())).unwrap();
        let made = generate(&first, &context);
        let again = Kms::open(Some(file)).unwrap();
        assert_eq!(decrypt(&again, &made["CiphertextBlob"], &context).unwrap()["Plaintext"], made["Plaintext"]);
        again.clear().unwrap();
        assert!(decrypt(&again, &made["CiphertextBlob"], &context).is_err());
        std::fs::remove_dir_all(folder).unwrap();
    }
}
