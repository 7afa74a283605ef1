//! The link to the page where an invoice is paid: it names the invoice, and is nothing to whoever lacks the platform's keys.
//!
//! The same invoice always has the same link, so that its mail, its document and the API show one, and nothing of it has to
//! be stored. The names of the tenant and the invoice are sealed by a synthetic initialisation vector (Rogaway and Shrimpton,
//! "Deterministic Authenticated-Encryption", with HMAC-SHA-256 as the pseudo-random function and AES-256 in counter mode):
//! who holds a link reads no id in it, learns no second link from it, and cannot make one.

use aws_lc_rs::{
    cipher::{AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey},
    constant_time::verify_slices_are_equal,
    error::Unspecified,
    hmac,
    iv::FixedLength,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{InvoiceId, Secret, TenantId};
use ulid::Ulid;

/// What the keys are derived for.
const TAG: &str = "pay link tag 1";
const MASK: &str = "pay link mask 1";
/// The bytes of a tag, and of each id.
const PART: usize = 16;

/// Makes and reads the links of all tenants.
#[derive(Clone, Debug)]
pub struct PayLinks {
    tag: hmac::Key,
    mask: Secret<[u8; 32]>,
}

/// What a link names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayLink {
    /// Whose books the invoice is in.
    pub tenant: TenantId,
    /// Which invoice.
    pub invoice: InvoiceId,
}

impl PayLinks {
    /// The links under keys that are derived for their purposes.
    pub fn new(derive: impl Fn(&str) -> Secret<[u8; 32]>) -> Self {
        Self { tag: hmac::Key::new(hmac::HMAC_SHA256, derive(TAG).expose()), mask: derive(MASK) }
    }

    /// Where an invoice is paid: 64 characters behind `<public url>/pay/`; `None` where the public address is not known.
    pub fn url(&self, public_url: &str, link: PayLink) -> Option<String> {
        let text = self.text(link).filter(|_| !public_url.is_empty())?;
        Some(format!("{public_url}/pay/{text}"))
    }

    /// The link itself, as it stands in the path.
    pub fn text(&self, PayLink { tenant, invoice }: PayLink) -> Option<String> {
        let mut names = [tenant.ulid().to_bytes(), invoice.ulid().to_bytes()].concat();
        let tag = self.tag_of(&names)?;
        self.mask(&tag, &mut names).ok()?;
        Some(URL_SAFE_NO_PAD.encode([tag.as_slice(), &names].concat()))
    }

    /// What a link names; `None` for any text that [`PayLinks::text`] did not make.
    pub fn open(&self, text: &str) -> Option<PayLink> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() == 3 * PART)?;
        let (tag, names) = bytes.split_first_chunk::<PART>()?;
        let mut names = names.to_vec();
        self.mask(tag, &mut names).ok()?;
        verify_slices_are_equal(&self.tag_of(&names)?, tag).ok()?;
        let (tenant, invoice) = names.split_first_chunk::<PART>()?;
        Some(PayLink {
            tenant: TenantId::new(Ulid::from_bytes(*tenant)),
            invoice: InvoiceId::new(Ulid::from_bytes(invoice.try_into().ok()?)),
        })
    }

    fn tag_of(&self, names: &[u8]) -> Option<[u8; PART]> {
        hmac::sign(&self.tag, names).as_ref().first_chunk().copied()
    }

    /// Masks names, or takes the mask off: in counter mode the two are one.
    fn mask(&self, tag: &[u8; PART], names: &mut [u8]) -> Result<(), Unspecified> {
        let key = EncryptingKey::ctr(UnboundCipherKey::new(&AES_256, self.mask.expose())?)?;
        key.less_safe_encrypt(names, EncryptionContext::Iv128(FixedLength::from(tag))).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keys that differ by their purpose.
    fn links(seed: u8) -> PayLinks {
        PayLinks::new(|purpose| {
            let key = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &[seed; 32]), purpose.as_bytes());
            Secret::new(*key.as_ref().first_chunk().unwrap())
        })
    }

    fn link() -> PayLink {
        PayLink {
            tenant: "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            invoice: "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2Y".parse().unwrap(),
        }
    }

    #[test]
    fn a_link_names_its_invoice_and_is_the_same_each_time() {
        let links = links(7);
        let text = links.text(link()).unwrap();
        assert_eq!((text.len(), links.open(&text)), (64, Some(link())));
        assert_eq!(links.text(link()).unwrap(), text);
        let url = links.url("https://api.ruko.example", link()).unwrap();
        assert_eq!(url, format!("https://api.ruko.example/pay/{text}"));
        assert!(url.len() < 120);
        assert_eq!(links.url("", link()), None);
    }

    #[test]
    fn links_that_were_mailed_once_work_for_ever() {
        // Also made by Python's `cryptography`: HMAC-SHA-256 cut to 16 bytes, then AES-256-CTR from the tag on.
        let mailed = "yjV-J7QSsjOFf6rGQo96ehgXkNDHD2gbRP1GV8e-OwRd-gA1qGu5d0DbcEPTeuQD";
        assert_eq!(links(7).text(link()).unwrap(), mailed);
    }

    #[test]
    fn a_link_shows_neither_its_ids_nor_what_it_shares_with_another() {
        let links = links(7);
        let text = links.text(link()).unwrap();
        let bytes = URL_SAFE_NO_PAD.decode(&text).unwrap();
        let (tenant, invoice) = (link().tenant.ulid().to_bytes(), link().invoice.ulid().to_bytes());
        assert!(bytes.windows(4).all(|part| !tenant.windows(4).chain(invoice.windows(4)).any(|id| id == part)));
        let neighbour = PayLink { invoice: "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2Z".parse().unwrap(), ..link() };
        let other = URL_SAFE_NO_PAD.decode(links.text(neighbour).unwrap()).unwrap();
        assert!(bytes.iter().zip(&other).filter(|(one, other)| one == other).count() < 6);
    }

    #[test]
    fn whatever_is_changed_in_a_link_opens_nothing() {
        let links = links(7);
        let text = links.text(link()).unwrap();
        let bytes = URL_SAFE_NO_PAD.decode(&text).unwrap();
        for place in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[place] ^= 1 << bit;
                assert_eq!(links.open(&URL_SAFE_NO_PAD.encode(&changed)), None, "byte {place}, bit {bit}");
            }
        }
        for bad in ["", "A", &text[1..], &format!("{text}A"), &format!("{text}="), &"A".repeat(64), &"é".repeat(32)] {
            assert_eq!(links.open(bad), None, "{bad}");
        }
        assert_eq!(self::links(8).open(&text), None, "another platform's");
    }
}
