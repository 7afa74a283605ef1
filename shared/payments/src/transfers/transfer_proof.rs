//! What a customer says of one transfer. Pure: staff accepts or rejects it once, and only while it is open can a file be sent.

use kernel::{Fault, FaultKind, FileKind, InvoiceId, Money, Party, PaymentId, TenantId, Timestamp, TransferProofId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::digest;

/// What a customer says of a transfer, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TransferProof {
    /// Which one.
    pub id: TransferProofId,
    /// In which tenant.
    pub tenant_id: TenantId,
    /// Who transferred.
    pub party: Party,
    /// For which invoice; none for the balance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice_id: Option<InvoiceId>,
    /// How much.
    pub amount: Money,
    /// When, as the customer says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transferred_at: Option<Timestamp>,
    /// What the customer's bank says of it.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "table::personal")]
    pub reference: Option<String>,
    /// What else the customer says.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "table::personal")]
    pub note: Option<String>,
    /// The files that were sent, oldest first; the last one counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<ProofFile>,
    /// What became of it.
    pub state: TransferProofState,
    /// Why it was rejected, for the customer to read.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "table::personal")]
    pub reason: Option<String>,
    /// When it was told.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Grows by one with every change.
    pub version: u64,
}

/// A file that shows a transfer. Its content is in the object store, under a name that its content gives it, so that it can
/// never become another file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProofFile {
    /// What it is.
    pub kind: FileKind,
    /// How large, in bytes.
    pub size_bytes: u64,
    /// SHA-256 of its content, in hex.
    pub hash: String,
    /// When it was sent.
    pub at: Timestamp,
}

/// What became of it, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum TransferProofState {
    /// Nobody has looked for the money yet.
    Open,
    /// The money is there.
    Accepted {
        /// As which payment.
        payment_id: PaymentId,
        /// Since when that is known.
        at: Timestamp,
    },
    /// It is not.
    Rejected {
        /// Since when that is known.
        at: Timestamp,
    },
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TransferProofStatus {
    /// Nobody has looked for the money yet.
    Open,
    /// The money is there, and was recorded as a payment.
    Accepted,
    /// The money could not be found.
    Rejected,
}

/// What is told.
#[derive(Clone, Debug)]
pub struct NewTransferProof {
    /// The new id.
    pub id: TransferProofId,
    /// In which tenant.
    pub tenant_id: TenantId,
    /// Who transferred.
    pub party: Party,
    /// For which invoice.
    pub invoice_id: Option<InvoiceId>,
    /// How much.
    pub amount: Money,
    /// When.
    pub transferred_at: Option<Timestamp>,
    /// What the bank says of it.
    pub reference: Option<String>,
    /// What else is said.
    pub note: Option<String>,
}

/// Why something cannot be done with what a customer told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransferProofError {
    /// Nothing, or less.
    #[error("a transfer is over more than nothing")]
    NotPositive,
    /// It was decided.
    #[error("this transfer was {} already", match .status {
        TransferProofStatus::Open => "told",
        TransferProofStatus::Accepted => "accepted",
        TransferProofStatus::Rejected => "rejected",
    })]
    WrongState {
        /// What became of it.
        status: TransferProofStatus,
    },
    /// Another file would be one too many.
    #[error("a transfer takes {MOST_FILES} files at most: tell of it anew")]
    TooManyFiles,
    /// None was sent, or it did not arrive.
    #[error("there is no file: send it, or send it again")]
    NoFile,
}

/// How many files may be sent of one transfer, each in the place of the one before.
const MOST_FILES: usize = 5;

impl Fault for TransferProofError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::NotPositive => FaultKind::Invalid,
            Self::WrongState { .. } | Self::TooManyFiles => FaultKind::Conflict,
            Self::NoFile => FaultKind::NotFound,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotPositive => "TRANSFER_PROOF_AMOUNT",
            Self::WrongState { .. } => "TRANSFER_PROOF_WRONG_STATE",
            Self::TooManyFiles => "TRANSFER_PROOF_TOO_MANY_FILES",
            Self::NoFile => "TRANSFER_PROOF_NO_FILE",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::NotPositive | Self::WrongState { .. } | Self::TooManyFiles => true,
            Self::NoFile => false,
        }
    }
}

impl ProofFile {
    /// A file of this kind with this content.
    pub fn of(kind: FileKind, bytes: &[u8], now: Timestamp) -> Self {
        let size_bytes = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Self { kind, size_bytes, hash: digest::sha256_hex(bytes), at: now }
    }
}

impl TransferProofState {
    /// What became of it.
    pub const fn status(self) -> TransferProofStatus {
        match self {
            Self::Open => TransferProofStatus::Open,
            Self::Accepted { .. } => TransferProofStatus::Accepted,
            Self::Rejected { .. } => TransferProofStatus::Rejected,
        }
    }
}

impl TransferProof {
    /// What somebody tells of a transfer.
    ///
    /// # Errors
    /// `NotPositive`.
    pub fn told(new: NewTransferProof, now: Timestamp) -> Result<Self, TransferProofError> {
        if new.amount.minor() < 1 {
            return Err(TransferProofError::NotPositive);
        }
        Ok(Self {
            id: new.id,
            tenant_id: new.tenant_id,
            party: new.party,
            invoice_id: new.invoice_id,
            amount: new.amount,
            transferred_at: new.transferred_at,
            reference: new.reference,
            note: new.note,
            files: Vec::new(),
            state: TransferProofState::Open,
            reason: None,
            created_at: now,
            updated_at: now,
            version: 1,
        })
    }

    /// What became of it.
    pub const fn status(&self) -> TransferProofStatus {
        self.state.status()
    }

    /// With a file; `None` when it is the one that counts already.
    ///
    /// # Errors
    /// `WrongState` once it was decided, `TooManyFiles`.
    pub fn with_file(&self, file: ProofFile, now: Timestamp) -> Result<Option<Self>, TransferProofError> {
        self.must_be_open()?;
        if self.files.last().is_some_and(|last| last.hash == file.hash) {
            return Ok(None);
        }
        if self.files.len() >= MOST_FILES {
            return Err(TransferProofError::TooManyFiles);
        }
        let mut with = self.changed(now);
        with.files.push(file);
        Ok(Some(with))
    }

    /// After the money was found and recorded as `payment`.
    ///
    /// # Errors
    /// `WrongState` once it was decided.
    pub fn accept(&self, payment: PaymentId, now: Timestamp) -> Result<Self, TransferProofError> {
        self.must_be_open()?;
        let state = TransferProofState::Accepted { payment_id: payment, at: now };
        Ok(Self { state, ..self.changed(now) })
    }

    /// After the money could not be found.
    ///
    /// # Errors
    /// `WrongState` once it was decided.
    pub fn reject(&self, reason: String, now: Timestamp) -> Result<Self, TransferProofError> {
        self.must_be_open()?;
        let state = TransferProofState::Rejected { at: now };
        Ok(Self { state, reason: Some(reason), ..self.changed(now) })
    }

    /// Where the file is kept that counts, and what it is.
    ///
    /// # Errors
    /// `NoFile`.
    pub fn file(&self) -> Result<(&ProofFile, String), TransferProofError> {
        let file = self.files.last().ok_or(TransferProofError::NoFile)?;
        Ok((file, self.place(file)))
    }

    /// Where a file of it is kept, in the object store.
    pub fn place(&self, file: &ProofFile) -> String {
        format!("tenants/{}/transfer-proofs/{}/{}", self.tenant_id, self.id, file.hash)
    }

    /// What is left of it after the person was erased: what the books need. `None` when there is nothing to take away. Its
    /// files are to be deleted before.
    pub fn forgotten(&self, now: Timestamp) -> Option<Self> {
        let is_bare = self.reference.is_none() && self.note.is_none() && self.reason.is_none() && self.files.is_empty();
        let bare = || Self { reference: None, note: None, reason: None, files: Vec::new(), ..self.changed(now) };
        (!is_bare).then(bare)
    }

    const fn must_be_open(&self) -> Result<(), TransferProofError> {
        match self.status() {
            TransferProofStatus::Open => Ok(()),
            status @ (TransferProofStatus::Accepted | TransferProofStatus::Rejected) => {
                Err(TransferProofError::WrongState { status })
            }
        }
    }

    fn changed(&self, now: Timestamp) -> Self {
        Self { version: self.version + 1, updated_at: now.max(self.updated_at), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use kernel::Currency;

    use super::*;
    use crate::payment::tests::at;

    fn told(minor: i64) -> Result<TransferProof, TransferProofError> {
        let new = NewTransferProof {
            id: "tpf_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            tenant_id: "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            party: "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            invoice_id: None,
            amount: Money::new(minor, Currency::IDR),
            transferred_at: None,
            reference: Some("TRF BUDI".to_owned()),
            note: None,
        };
        TransferProof::told(new, at("2026-12-01T03:00:00Z"))
    }

    fn file(content: &str) -> ProofFile {
        ProofFile::of(FileKind::Png, content.as_bytes(), at("2026-12-01T04:00:00Z"))
    }

    #[test]
    fn nothing_is_no_transfer() {
        for minor in [0, -1] {
            assert_eq!(told(minor), Err(TransferProofError::NotPositive));
        }
    }

    #[test]
    fn it_is_decided_once_and_takes_no_file_then() {
        let (open, now) = (told(1).unwrap(), at("2026-12-02T03:00:00Z"));
        let payment = "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        let accepted = open.accept(payment, now).unwrap();
        let rejected = open.reject("no such transfer".to_owned(), now).unwrap();
        for decided in [accepted, rejected] {
            let over = TransferProofError::WrongState { status: decided.status() };
            assert_eq!(decided.version, 2);
            assert_eq!(decided.accept(payment, now), Err(over));
            assert_eq!(decided.reject("x".to_owned(), now), Err(over));
            assert_eq!(decided.with_file(file("a"), now), Err(over));
        }
    }

    #[test]
    fn the_last_file_counts_and_there_are_not_many() {
        let now = at("2026-12-02T03:00:00Z");
        let mut proof = told(1).unwrap();
        assert_eq!(proof.file(), Err(TransferProofError::NoFile));
        for content in ["a", "b", "c", "d", "e"] {
            proof = proof.with_file(file(content), now).unwrap().unwrap();
            assert_eq!(proof.with_file(file(content), now), Ok(None), "the same again");
        }
        assert_eq!(proof.with_file(file("f"), now), Err(TransferProofError::TooManyFiles));
        let (last, place) = proof.file().unwrap();
        assert_eq!((last, place.ends_with(&last.hash)), (&file("e"), true));
        let bare = proof.forgotten(now).unwrap();
        assert_eq!((bare.files.len(), bare.reference.clone(), bare.amount), (0, None, proof.amount));
        assert_eq!(bare.forgotten(now), None);
    }
}
