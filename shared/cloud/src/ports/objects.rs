//! Objects such as PDFs and files that people send: S3 on AWS, a folder in the local cloud.

use std::{ops::Range, time::Duration};

use axum::body::Bytes;
use futures::{Stream, TryStreamExt};
use object_store::{
    Attribute, Attributes, MultipartUpload, ObjectStore, ObjectStoreExt, PutMultipartOptions, PutOptions, path::Path,
};

use crate::{BucketLinks, Ctx, DownloadTerms, PortError, UploadForm, UploadTerms};

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

    /// Reads these bytes of an object, in as few calls as their distances allow; `None` when there is no such object.
    ///
    /// # Errors
    /// `Unavailable`: the store does not answer; `Refused` without a bucket.
    pub async fn get_parts(&self, path: &str, parts: &[Range<u64>]) -> Result<Option<Vec<Vec<u8>>>, PortError> {
        match self.object_store()?.get_ranges(&Path::from(path), parts).await {
            Ok(found) => Ok(Some(found.into_iter().map(|part| part.to_vec()).collect())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(PortError::unavailable(SERVICE, error)),
        }
    }

    /// Reads an object piece by piece; `None` when there is none.
    ///
    /// # Errors
    /// `Unavailable`: the store does not answer; `Refused` without a bucket.
    pub async fn read_object(
        &self,
        path: &str,
    ) -> Result<Option<impl Stream<Item = Result<Bytes, PortError>> + Send + use<>>, PortError> {
        match self.object_store()?.get(&Path::from(path)).await {
            Ok(found) => Ok(Some(found.into_stream().map_err(|error| PortError::unavailable(SERVICE, error)))),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(PortError::unavailable(SERVICE, error)),
        }
    }

    /// How many bytes an object has; `None` when there is none.
    ///
    /// # Errors
    /// `Unavailable`: the store does not answer; `Refused` without a bucket.
    pub async fn object_size(&self, path: &str) -> Result<Option<u64>, PortError> {
        match self.object_store()?.head(&Path::from(path)).await {
            Ok(found) => Ok(Some(found.size)),
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

    /// The paths of all objects in a folder, in no order.
    ///
    /// # Errors
    /// `Unavailable`: the store does not answer; `Refused` without a bucket.
    pub async fn list_objects(&self, folder: &str) -> Result<Vec<String>, PortError> {
        let found = self.object_store()?.list(Some(&Path::from(folder)));
        let paths = found.map_ok(|object| object.location.to_string()).try_collect();
        paths.await.map_err(|error| PortError::unavailable(SERVICE, error))
    }

    /// Begins an object that is written piece by piece; until it is finished nobody sees it.
    ///
    /// # Errors
    /// `Unavailable`: the store does not answer; `Refused` without a bucket.
    pub async fn begin_object(&self, path: &str, content_type: &'static str) -> Result<ObjectWriter, PortError> {
        let attributes: Attributes = [(Attribute::ContentType, content_type)].into_iter().collect();
        let (store, path) = (self.object_store()?, Path::from(path));
        let options = PutMultipartOptions { attributes, ..PutMultipartOptions::default() };
        let upload = match store.put_multipart_opts(&path, options).await {
            // A folder keeps no content types.
            Err(object_store::Error::NotImplemented { .. } | object_store::Error::NotSupported { .. }) => {
                store.put_multipart(&path).await
            }
            begun => begun,
        };
        let upload = upload.map_err(|error| PortError::unavailable(SERVICE, error))?;
        Ok(ObjectWriter { upload, waiting: Vec::new(), size_bytes: 0 })
    }

    /// A link to an object that works without credentials for this long; `None` where nobody signs links.
    ///
    /// # Errors
    /// `Unavailable`: it cannot be signed.
    pub async fn signed_link(&self, path: &str, lasts: Duration) -> Result<Option<String>, PortError> {
        let Some(signer) = &self.ports().signer else { return Ok(None) };
        let url = signer.signed_url(http::Method::GET, &Path::from(path), lasts).await;
        url.map(|url| Some(url.to_string())).map_err(|error| PortError::unavailable(SERVICE, error))
    }

    /// The form of an upload that its sender needs no credentials for.
    ///
    /// # Errors
    /// `Unavailable`: it cannot be signed; `Refused` without a bucket.
    pub async fn upload_form(&self, terms: UploadTerms<'_>) -> Result<UploadForm, PortError> {
        self.links()?.form(terms, self.now()).await
    }

    /// A link to an object that its reader needs no credentials for, and that says what the object is called.
    ///
    /// # Errors
    /// As [`Self::upload_form`].
    pub async fn download_link(&self, terms: DownloadTerms<'_>) -> Result<String, PortError> {
        self.links()?.link(terms, self.now()).await
    }

    fn links(&self) -> Result<&BucketLinks, PortError> {
        self.ports().links.as_ref().ok_or_else(|| PortError::unset(SERVICE, "RUKO_BUCKET"))
    }

    fn object_store(&self) -> Result<&dyn ObjectStore, PortError> {
        let store = self.ports().objects.as_deref();
        store.ok_or_else(|| PortError::unset(SERVICE, "RUKO_BUCKET"))
    }
}

/// How much is sent at once: S3 takes no less, but for the last piece. 8 MiB.
const PIECE: usize = 8 * 1024 * 1024;

/// An object that is being written; it holds at most a piece and what was written last.
#[derive(Debug)]
pub struct ObjectWriter {
    upload: Box<dyn MultipartUpload>,
    waiting: Vec<u8>,
    size_bytes: u64,
}

impl ObjectWriter {
    /// Writes on.
    ///
    /// # Errors
    /// `Unavailable`: the store does not take it.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), PortError> {
        self.waiting.extend_from_slice(bytes);
        self.size_bytes += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if self.waiting.len() < PIECE {
            return Ok(());
        }
        self.send().await
    }

    /// Puts the object there, and says how many bytes it has.
    ///
    /// # Errors
    /// `Unavailable`: the store does not take it.
    pub async fn finish(mut self) -> Result<u64, PortError> {
        if !self.waiting.is_empty() {
            self.send().await?;
        }
        self.upload.complete().await.map_err(|error| PortError::unavailable(SERVICE, error))?;
        Ok(self.size_bytes)
    }

    async fn send(&mut self) -> Result<(), PortError> {
        let piece = std::mem::take(&mut self.waiting);
        self.upload.put_part(piece.into()).await.map_err(|error| PortError::unavailable(SERVICE, error))
    }
}
