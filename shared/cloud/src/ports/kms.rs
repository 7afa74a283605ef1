//! The key service of AWS, as far as the tenants' data keys need it.

use async_trait::async_trait;
use aws_sdk_kms::{
    Client,
    error::{DisplayErrorContext, ProvideErrorMetadata, SdkError},
    primitives::Blob,
    types::DataKeySpec,
};
use kernel::{Secret, TenantId};
use table::{Kms, NewDataKey, TableError};

/// What a wrapped key is bound to beside its tenant. IAM grants the key for this purpose only, and the audit log of the
/// key service shows both.
const PURPOSE: &str = "personal data";

/// AWS KMS, with one key that wraps the data keys of all tenants.
#[derive(Clone, Debug)]
pub struct AwsKms {
    client: Client,
    key: String,
}

impl AwsKms {
    /// Wraps under `key`, an id, ARN or alias.
    pub const fn new(client: Client, key: String) -> Self {
        Self { client, key }
    }
}

#[async_trait]
impl Kms for AwsKms {
    async fn generate(&self, tenant: TenantId) -> Result<NewDataKey, TableError> {
        let request = self.client.generate_data_key().key_id(&self.key).key_spec(DataKeySpec::Aes256);
        let request = request.encryption_context("tenant", tenant.to_string()).encryption_context("purpose", PURPOSE);
        let answer = request.send().await.map_err(failure)?;
        let wrapped = answer.ciphertext_blob.ok_or_else(|| refused("no wrapped key in the answer"))?;
        Ok(NewDataKey { plain: key_of(answer.plaintext)?, wrapped: wrapped.into_inner() })
    }

    async fn unwrap(&self, tenant: TenantId, wrapped: &[u8]) -> Result<Secret<[u8; 32]>, TableError> {
        let request = self.client.decrypt().key_id(&self.key).ciphertext_blob(Blob::new(wrapped));
        let request = request.encryption_context("tenant", tenant.to_string()).encryption_context("purpose", PURPOSE);
        key_of(request.send().await.map_err(failure)?.plaintext)
    }
}

fn key_of(plain: Option<Blob>) -> Result<Secret<[u8; 32]>, TableError> {
    let plain = plain.map(Blob::into_inner).and_then(|bytes| bytes.try_into().ok());
    plain.map(Secret::new).ok_or_else(|| refused("the data key is not 32 bytes long"))
}

fn refused(what: &str) -> TableError {
    TableError::Refused(format!("the key service: {what}"))
}

/// The error codes after which the same request may succeed: the SDK has retried it, or the key can be enabled again.
const TRANSIENT: [&str; 6] = [
    "DependencyTimeoutException",
    "DisabledException",
    "KMSInternalException",
    "KMSInvalidStateException",
    "KeyUnavailableException",
    "ThrottlingException",
];

fn failure<E: ProvideErrorMetadata + std::error::Error + 'static>(error: SdkError<E>) -> TableError {
    let of_server = error.raw_response().is_some_and(|response| response.status().is_server_error());
    match error.code().map(str::to_owned) {
        Some(code) if !of_server && !TRANSIENT.contains(&code.as_str()) => refused(&code),
        Some(code) => TableError::Unavailable(format!("the key service: {code}")),
        None if matches!(error, SdkError::ConstructionFailure(_)) => refused(&DisplayErrorContext(error).to_string()),
        None => TableError::Unavailable(format!("the key service: {}", DisplayErrorContext(error))),
    }
}
