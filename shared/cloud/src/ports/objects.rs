//! Objects such as PDFs and files that people send: S3 on AWS, a folder in the local cloud.

use object_store::{Attribute, Attributes, ObjectStore, ObjectStoreExt, PutOptions, path::Path};

use crate::{Ctx, PortError};

const SERVICE: &str = "the object store";

impl Ctx {
    /// Writes a whole object; the same path again replaces it.
    ///
    /// # Errors
    /// `Unavailable`: the store did not take it; `Refused` without a bucket.
    pub async fn put_object(&self, path: &str, content_type: &'static str, bytes: Vec<u8>) -> Result<(), PortError> {
        let attributes: Attributes = [(Attribute::ContentType, content_type)].into_iter().collect();
        let store = self.object_store()?;
        let options = PutOptions { attributes, ..PutOptions::default() };
        match store.put_opts(&Path::from(path), bytes.clone().into(), options).await {
            Ok(_) => Ok(()),
            // A folder keeps no content types.
            Err(object_store::Error::NotImplemented { .. } | object_store::Error::NotSupported { .. }) => {
                let put = store.put(&Path::from(path), bytes.into()).await;
                put.map(drop).map_err(|error| PortError::unavailable(SERVICE, error))
            }
            Err(error) => Err(PortError::unavailable(SERVICE, error)),
        }
    }

    /// Reads a whole object; `None` when there is none.
    ///
    /// # Errors
    /// `Unavailable`: the store does not answer; `Refused` without a bucket.
    pub async fn get_object(&self, path: &str) -> Result<Option<Vec<u8>>, PortError> {
        match self.object_store()?.get(&Path::from(path)).await {
            Ok(found) => {
                let bytes = found.bytes().await.map_err(|error| PortError::unavailable(SERVICE, error))?;
                Ok(Some(bytes.to_vec()))
            }
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(PortError::unavailable(SERVICE, error)),
        }
    }

    /// Deletes an object; one that is not there is no error.
    ///
    /// # Errors
    /// `Unavailable`: the store does not answer; `Refused` without a bucket.
    pub async fn delete_object(&self, path: &str) -> Result<(), PortError> {
        match self.object_store()?.delete(&Path::from(path)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(PortError::unavailable(SERVICE, error)),
        }
    }

    fn object_store(&self) -> Result<&dyn ObjectStore, PortError> {
        let store = self.ports().objects.as_deref();
        store.ok_or_else(|| PortError::unset(SERVICE, "RUKO_BUCKET"))
    }
}
