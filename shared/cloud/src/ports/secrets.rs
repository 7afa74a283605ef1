//! Secrets: the platform's own, and those that tenants give us for their providers.

use std::{collections::BTreeMap, sync::Mutex};

use async_trait::async_trait;
use aws_sdk_secretsmanager::{
    Client,
    error::{DisplayErrorContext, ProvideErrorMetadata},
};
use kernel::{Clock, Secret};

use crate::{PortError, SystemClock};

/// Reads secrets by name, and makes and deletes those of a tenant.
#[async_trait]
pub trait Secrets: Send + Sync {
    /// The secret's text, or `None` when there is no such secret. May be up to five minutes old.
    async fn get(&self, name: &str) -> Result<Option<Secret<String>>, PortError>;

    /// Makes a secret. Its name must be new: one that is there already stays as it is.
    async fn create(&self, name: &str, text: &Secret<String>) -> Result<(), PortError>;

    /// Deletes a secret for good; one that is not there is no error.
    async fn delete(&self, name: &str) -> Result<(), PortError>;
}

/// AWS Secrets Manager, with what was read kept for five minutes.
#[derive(Debug)]
pub struct SecretsManager {
    client: Client,
    kept: Mutex<BTreeMap<String, (i64, Secret<String>)>>,
}

/// How long a secret that was read is used before it is read again: 5 minutes.
const KEPT_MILLIS: i64 = 5 * 60 * 1000;

impl SecretsManager {
    /// The secrets behind this client.
    pub const fn new(client: Client) -> Self {
        Self { client, kept: Mutex::new(BTreeMap::new()) }
    }
}

#[async_trait]
impl Secrets for SecretsManager {
    async fn get(&self, name: &str) -> Result<Option<Secret<String>>, PortError> {
        let now = SystemClock.now().as_millisecond();
        if let Some((read_at, secret)) = self.kept.lock().ok().and_then(|kept| kept.get(name).cloned())
            && read_at + KEPT_MILLIS > now
        {
            return Ok(Some(secret));
        }
        let answer = match self.client.get_secret_value().secret_id(name).send().await {
            Ok(answer) => answer,
            Err(error) if error.code() == Some("ResourceNotFoundException") => return Ok(None),
            Err(error) => {
                let cause = DisplayErrorContext(error);
                return Err(PortError::unavailable("the secret store", cause));
            }
        };
        let secret = answer.secret_string.map(Secret::new);
        if let (Some(secret), Ok(mut kept)) = (&secret, self.kept.lock()) {
            kept.insert(name.to_owned(), (now, secret.clone()));
        }
        Ok(secret)
    }

    async fn create(&self, name: &str, text: &Secret<String>) -> Result<(), PortError> {
        match self.client.create_secret().name(name).secret_string(text.expose()).send().await {
            Ok(_) => Ok(()),
            // A retry of ours: names are used once.
            Err(error) if error.code() == Some("ResourceExistsException") => Ok(()),
            Err(error) => Err(PortError::unavailable("the secret store", DisplayErrorContext(error))),
        }
    }

    async fn delete(&self, name: &str) -> Result<(), PortError> {
        let deleted = self.client.delete_secret().secret_id(name).force_delete_without_recovery(true).send().await;
        if let Err(error) = deleted
            && error.code() != Some("ResourceNotFoundException")
        {
            return Err(PortError::unavailable("the secret store", DisplayErrorContext(error)));
        }
        if let Ok(mut kept) = self.kept.lock() {
            kept.remove(name);
        }
        Ok(())
    }
}
