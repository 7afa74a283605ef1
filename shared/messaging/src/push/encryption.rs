//! Message encryption for Web Push (RFC 8291): `aes128gcm` (RFC 8188) under a key that the browser and one message share.

use aws_lc_rs::{
    aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree},
    hkdf::{self, HKDF_SHA256, KeyType, Salt},
};

use crate::push::WebKeys;

/// The size of a record: the whole message is one.
const RECORD: u32 = 4096;
/// What stands before a record: salt, size, the key's length and the key.
const HEADER: usize = 16 + 4 + 1 + POINT;
/// The bytes of an uncompressed point of P-256.
const POINT: usize = 65;
/// The tag behind the text, and the byte that ends it.
const OVERHEAD: usize = 16 + 1;
/// The longest text, in bytes.
const LONGEST: usize = RECORD as usize - HEADER - OVERHEAD;
/// That no other record follows.
const LAST_RECORD: u8 = 2;

/// The random part of one message, never used again.
pub struct Ephemeral {
    /// A private key of P-256.
    pub private: [u8; 32],
    /// The salt.
    pub salt: [u8; 16],
}

/// The body of a push message.
pub type Encrypted = Vec<u8>;

/// Why a text cannot be encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncryptionError {
    /// It is longer than the 3,993 bytes that a message holds.
    #[error("the text is too long to be pushed")]
    TooLong,
    /// A key is no point or no number of the curve: of the random ones, one in four thousand million.
    #[error("the keys cannot be used")]
    Keys,
}

/// Encrypts a text for one browser.
///
/// # Errors
/// See [`EncryptionError`].
pub fn encrypt(text: &[u8], reader: &WebKeys, ephemeral: &Ephemeral) -> Result<Encrypted, EncryptionError> {
    if text.len() > LONGEST {
        return Err(EncryptionError::TooLong);
    }
    let bad = |_| EncryptionError::Keys;
    let private = PrivateKey::from_private_key(&ECDH_P256, &ephemeral.private).map_err(bad)?;
    let own = private.compute_public_key().map_err(|_| EncryptionError::Keys)?;
    let (own, theirs) = (own.as_ref(), reader.public());
    let peer = UnparsedPublicKey::new(&ECDH_P256, theirs.as_slice());
    // RFC 8291, section 3.4: what is shared is mixed with the secret that the browser gave, and with both keys.
    let input = agree(&private, peer, EncryptionError::Keys, |shared| {
        let mixed = Salt::new(HKDF_SHA256, &reader.secret()).extract(shared);
        expand::<32>(&mixed, &[b"WebPush: info\0", &theirs, own])
    })?;
    let derived = Salt::new(HKDF_SHA256, &ephemeral.salt).extract(&input);
    let key = expand::<16>(&derived, &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce = expand::<12>(&derived, &[b"Content-Encoding: nonce\0"])?;
    let key = UnboundKey::new(&AES_128_GCM, &key).map_err(|_| EncryptionError::Keys)?;
    let mut record = [text, &[LAST_RECORD]].concat();
    LessSafeKey::new(key)
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut record)
        .map_err(|_| EncryptionError::Keys)?;
    let length = u8::try_from(own.len()).map_err(|_| EncryptionError::Keys)?;
    Ok([&ephemeral.salt, RECORD.to_be_bytes().as_slice(), &[length], own, &record].concat())
}

/// How many bytes are wanted of a key derivation.
struct Bytes(usize);

impl KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

fn expand<const N: usize>(key: &hkdf::Prk, info: &[&[u8]]) -> Result<[u8; N], EncryptionError> {
    let mut bytes = [0; N];
    let filled = key.expand(info, Bytes(N)).and_then(|output| output.fill(&mut bytes));
    filled.map(|()| bytes).map_err(|_| EncryptionError::Keys)
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

    use super::*;

    fn bytes<const N: usize>(text: &str) -> [u8; N] {
        URL_SAFE_NO_PAD.decode(text).unwrap().try_into().unwrap()
    }

    /// The keys of RFC 8291, appendix A.
    fn vector(text: &[u8]) -> Result<String, EncryptionError> {
        let reader = WebKeys::parse(
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "BTBZMqHH6r4Tts7J_aSIgg",
        )
        .unwrap();
        let ephemeral = Ephemeral {
            private: bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
            salt: bytes("DGv6ra1nlYgDCS1FRnbzlw"),
        };
        encrypt(text, &reader, &ephemeral).map(|body| URL_SAFE_NO_PAD.encode(body))
    }

    #[test]
    fn the_example_of_rfc_8291_comes_out() {
        assert_eq!(
            vector(b"When I grow up, I want to be a watermelon").unwrap(),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        );
        // As http_ece 1.2.1 (PyPI) encrypts it under the same keys.
        assert_eq!(
            vector(br#"{"title":"Pembayaran diterima","order":"ORDER-101"}"#).unwrap(),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_e3c9cFr7_NBueg-sUuERG_Hflu_tRA92A4XERgPi8CfvNWj0xQjSYeTPW6y2C0QtITfh6SfllYgtcmztdWiBY4bWvXQ"
        );
    }

    #[test]
    fn a_message_is_at_most_4096_bytes() {
        let longest = vector(&[b'a'; LONGEST]).unwrap();
        assert_eq!(URL_SAFE_NO_PAD.decode(longest).unwrap().len(), 4096);
        assert_eq!(vector(&[b'a'; LONGEST + 1]), Err(EncryptionError::TooLong));
        assert!(vector(b"").is_ok());
    }

    #[test]
    fn a_number_beyond_the_curve_is_refused() {
        let reader = WebKeys::parse(
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "BTBZMqHH6r4Tts7J_aSIgg",
        )
        .unwrap();
        for private in [[0; 32], [0xff; 32]] {
            assert_eq!(encrypt(b"x", &reader, &Ephemeral { private, salt: [0; 16] }), Err(EncryptionError::Keys));
        }
    }
}
