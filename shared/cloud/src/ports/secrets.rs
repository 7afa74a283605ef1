//! Secrets: the platform's own, and those that tenants give us for their providers.

use std::{collections::BTreeMap, sync::Mutex};

use async_trait::async_trait;
use aws_sdk_secretsmanager::{
    Client,
    error::{DisplayErrorContext, ProvideErrorMetadata},
    types::{Filter, FilterNameStringType},
};
use kernel::{Clock, Secret};

use crate::{PortError, SystemClock};

/// Reads secrets by name, and deletes those of a tenant.
#[async_trait]
pub trait Secrets: Send + Sync {
    /// The secret's text, or `None` when there is no such secret. May be up to five minutes old.
    async fn get(&self, name: &str) -> Result<Option<Secret<String>>, PortError>;

    /// Deletes all secrets whose names begin so, for good; none is no error.
    async fn delete_all(&self, prefix: &str) -> Result<(), PortError>;
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

    async fn delete_all(&self, prefix: &str) -> Result<(), PortError> {
        let failed = |cause: String| PortError::unavailable("the secret store", cause);
        let named = Filter::builder().key(FilterNameStringType::Name).values(prefix).build();
        let mut pages = self.client.list_secrets().filters(named).into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| failed(DisplayErrorContext(error).to_string()))?;
            // The store's own filter does not mind the case of letters.
            let names = page.secret_list().iter().filter_map(|entry| entry.name());
            for name in names.filter(|name| name.starts_with(prefix)) {
                let deleted =
                    self.client.delete_secret().secret_id(name).force_delete_without_recovery(true).send().await;
                match deleted {
                    Ok(_) => {}
                    Err(error) if error.code() == Some("ResourceNotFoundException") => {}
                    Err(error) => return Err(failed(DisplayErrorContext(error).to_string())),
                }
                if let Ok(mut kept) = self.kept.lock() {
                    kept.remove(name);
                }
            }
        }
        Ok(())
    }
}
