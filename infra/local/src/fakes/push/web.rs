//! A browser and its push service: messages are signed for the service (RFC 8292) and decrypted by the browser (RFC 8291).

use aws_lc_rs::{
    aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree},
    hkdf::{HKDF_SHA256, KeyType, Prk, Salt},
    signature::{self, ECDSA_P256_SHA256_FIXED},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use super::{Misbehaviour, Push};

/// The largest body, bytes.
const MAX_BODY: usize = 4096;
/// How long a signature may work, seconds.
const MAX_LIFETIME: i64 = 24 * 3600;

/// One browser.
pub(super) struct Browser {
    private: PrivateKey,
    public: Vec<u8>,
    auth: [u8; 16],
    pub(super) is_closed: bool,
}

/// A message as a sender posts it.
pub(super) struct Posted<'a> {
    pub(super) browser: &'a str,
    pub(super) authorization: &'a str,
    pub(super) encoding: &'a str,
    pub(super) ttl: Option<&'a str>,
    pub(super) topic: Option<&'a str>,
    pub(super) body: &'a [u8],
}

impl Browser {
    /// One with keys of its own.
    #[expect(
        clippy::expect_used,
        reason = "a random key cannot be made without a random source, which nothing works without"
    )]
    pub(super) fn new() -> Self {
        let private = PrivateKey::generate(&ECDH_P256).expect("a random key");
        let public = private.compute_public_key().expect("a public key").as_ref().to_vec();
        let mut auth = [0; 16];
        aws_lc_rs::rand::fill(&mut auth).expect("random bytes");
        Self { private, public, auth, is_closed: false }
    }

    /// `p256dh` and `auth`.
    pub(super) fn keys(&self) -> (String, String) {
        (URL_SAFE_NO_PAD.encode(&self.public), URL_SAFE_NO_PAD.encode(self.auth))
    }

    /// The text of a message.
    fn decrypted(&self, body: &[u8]) -> Option<Vec<u8>> {
        let (salt, rest) = body.split_at_checked(16)?;
        let (size, rest) = rest.split_at_checked(4)?;
        let (length, rest) = rest.split_first()?;
        let (theirs, record) = rest.split_at_checked(usize::from(*length))?;
        let size = usize::try_from(u32::from_be_bytes(size.try_into().ok()?)).ok()?;
        if record.len() > size {
            return None;
        }
        let peer = UnparsedPublicKey::new(&ECDH_P256, theirs);
        let input = agree(&self.private, peer, (), |shared| {
            let mixed = Salt::new(HKDF_SHA256, &self.auth).extract(shared);
            expand::<32>(&mixed, &[b"WebPush: info\0", &self.public, theirs]).ok_or(())
        });
        let derived = Salt::new(HKDF_SHA256, salt).extract(&input.ok()?);
        let key = expand::<16>(&derived, &[b"Content-Encoding: aes128gcm\0"])?;
        let nonce = expand::<12>(&derived, &[b"Content-Encoding: nonce\0"])?;
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).ok()?);
        let mut record = record.to_vec();
        let text = key.open_in_place(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut record).ok()?;
        // What follows the text is a 2 and zeros.
        let end = text.iter().rposition(|byte| *byte != 0)?;
        let (text, delimiter) = text.split_at_checked(end)?;
        (delimiter.first() == Some(&2)).then(|| text.to_vec())
    }
}

struct Bytes(usize);

impl KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

fn expand<const N: usize>(key: &Prk, info: &[&[u8]]) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    key.expand(info, Bytes(N)).and_then(|output| output.fill(&mut bytes)).ok()?;
    Some(bytes)
}

impl Push {
    /// `POST /push/{browser}`: the status, and why.
    pub(super) fn send_to_browser(&self, posted: &Posted<'_>) -> (u16, &'static str) {
        if posted.body.len() > MAX_BODY {
            return (413, "the message is larger than 4096 bytes");
        }
        if posted.ttl.and_then(|ttl| ttl.parse::<u32>().ok()).is_none() {
            return (400, "TTL is missing");
        }
        if posted.encoding != "aes128gcm" {
            return (415, "Content-Encoding is not aes128gcm");
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if posted.topic.is_some_and(|topic| topic.len() > 32 || !topic.chars().all(plain)) {
            return (400, "Topic is longer than 32 characters of base64url");
        }
        if !self.is_signed(posted.authorization) {
            return (403, "the VAPID signature is not valid for this service");
        }
        match self.misbehaves() {
            Some(Misbehaviour::TooMany) => return (429, "too many messages"),
            Some(Misbehaviour::Unavailable) => return (503, "not now"),
            None => {}
        }
        let text = match self.lock().browsers.get(posted.browser) {
            None => return (404, "there is no such subscription"),
            Some(browser) if browser.is_closed => return (410, "the subscription has ended"),
            Some(browser) => browser.decrypted(posted.body),
        };
        // A push service cannot tell, and a browser drops such a message: here somebody wants to know.
        let Some(text) = text else { return (400, "the browser cannot decrypt the message") };
        let shown: Value = serde_json::from_slice(&text).unwrap_or_default();
        let part = |name: &str| shown[name].as_str().unwrap_or_default().to_owned();
        self.deliver(posted.browser, "web push", (&part("title"), &part("body")));
        (201, "")
    }

    /// `vapid t=<token>, k=<key>`: signed by the key, for this service, for a day at most.
    fn is_signed(&self, authorization: &str) -> bool {
        let claims = || {
            let (token, key) = authorization.strip_prefix("vapid t=")?.split_once(", k=")?;
            let (signed, signature) = token.rsplit_once('.')?;
            let key = URL_SAFE_NO_PAD.decode(key).ok()?;
            let key = signature::UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key);
            key.verify(signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
            let (_, claims) = signed.split_once('.')?;
            serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
        };
        let now = self.clock.now().as_second();
        claims().is_some_and(|claims| {
            let exp = claims["exp"].as_i64().unwrap_or_default();
            claims["aud"] == self.base_url.as_str() && exp > now && exp <= now + MAX_LIFETIME
        })
    }
}
