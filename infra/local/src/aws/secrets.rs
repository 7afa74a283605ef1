//! Secrets Manager, by winterbaume, with the template's own secrets made at the start and kept on disk if asked.

use std::{collections::BTreeMap, path::PathBuf};

use axum::body::Bytes;
use http::HeaderMap;
use serde_json::{Value, json};
use tokio::sync::RwLock;
use winterbaume_core::{MockRequest, MockResponse, MockService, StatefulService, default_account_id};
use winterbaume_secretsmanager::SecretsManagerService;

use crate::{StartError, random};

/// winterbaume takes the region from the host name, which here is a loopback address.
const HOME: &str = "us-east-1";

/// The secrets.
pub(crate) struct Secrets {
    service: RwLock<SecretsManagerService>,
    file: Option<PathBuf>,
}

impl Secrets {
    /// The secrets kept in `file`, or none.
    pub(crate) async fn open(file: Option<PathBuf>) -> Result<Self, StartError> {
        let secrets = Self { service: RwLock::new(SecretsManagerService::new()), file };
        if let Some(text) = secrets.file.as_ref().and_then(|file| std::fs::read_to_string(file).ok()) {
            let view = serde_json::from_str(&text).map_err(|error| StartError::Secrets(error.to_string()))?;
            let service = secrets.service.read().await;
            service
                .restore(default_account_id(), HOME, view)
                .await
                .map_err(|error| StartError::Secrets(error.to_string()))?;
        }
        Ok(secrets)
    }

    /// Answers `secretsmanager.<action>`.
    pub(crate) async fn answer(&self, action: &str, headers: HeaderMap, body: Bytes) -> MockResponse {
        let request = MockRequest { method: "POST".to_owned(), uri: "http://127.0.0.1/".to_owned(), headers, body };
        let service = self.service.read().await;
        let response = service.handle(request).await;
        let reads = action.starts_with("Get") || action.starts_with("List") || action.starts_with("Describe");
        if let (false, Some(file)) = (reads, &self.file) {
            let view = service.snapshot(default_account_id(), HOME).await;
            let written =
                serde_json::to_vec(&view).map_err(std::io::Error::other).and_then(|text| std::fs::write(file, text));
            if let Err(error) = written {
                tracing::warn!(%error, "secrets could not be written to disk");
            }
        }
        response
    }

    /// Makes the secret unless it is there; answers its name, which every call takes in place of the ARN and which,
    /// unlike the ARN, is the same after a restart.
    pub(crate) async fn ensure(&self, name: &str, value: &str) -> Result<String, StartError> {
        let found = self.call("DescribeSecret", &json!({"SecretId": name})).await;
        if found["ARN"].is_string() {
            return Ok(name.to_owned());
        }
        let made = self.call("CreateSecret", &json!({"Name": name, "SecretString": value})).await;
        if made["ARN"].is_string() { Ok(name.to_owned()) } else { Err(StartError::Secrets(made.to_string())) }
    }

    /// Makes the secrets of the template that are not there yet; answers their names by logical id.
    pub(crate) async fn ensure_all(
        &self,
        lengths: &BTreeMap<String, usize>,
    ) -> Result<BTreeMap<String, String>, StartError> {
        let mut names = BTreeMap::new();
        for (name, length) in lengths {
            names.insert(name.clone(), self.ensure(name, &random::letters_and_digits(*length)).await?);
        }
        Ok(names)
    }

    /// Forgets every secret.
    pub(crate) async fn clear(&self) {
        *self.service.write().await = SecretsManagerService::new();
        if let Some(file) = &self.file {
            // It may never have been written.
            let _ = std::fs::remove_file(file);
        }
    }

    async fn call(&self, action: &str, input: &Value) -> Value {
        let mut headers = HeaderMap::new();
        if let Ok(target) = format!("secretsmanager.{action}").parse() {
            headers.insert("x-amz-target", target);
        }
        let answer = self.answer(action, headers, Bytes::from(input.to_string())).await;
        serde_json::from_slice(&answer.body).unwrap_or(Value::Null)
    }
}
