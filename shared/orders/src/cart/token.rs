//! What a guest shows to use a cart: the cart's id and a secret of 256 bits. Only the hash of the secret is stored.

use std::str::FromStr;

use aws_lc_rs::{constant_time::verify_slices_are_equal, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{CartId, Secret};

use crate::{Cart, CartOwner};

/// A token: `crt_…`, an underscore, and 43 characters of base64url.
#[derive(Clone, Debug)]
pub struct CartToken {
    cart: CartId,
    secret: Secret<[u8; 32]>,
}

/// The text is no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no token of a cart")]
pub struct CartTokenError;

impl CartToken {
    /// The token of a new cart; the secret is random.
    pub const fn new(cart: CartId, secret: [u8; 32]) -> Self {
        Self { cart, secret: Secret::new(secret) }
    }

    /// Which cart it names.
    pub const fn cart(&self) -> CartId {
        self.cart
    }

    /// What is stored of it. A secret of 256 random bits is not guessed from its hash.
    pub fn hash(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, self.secret.expose()))
    }

    /// Whether it is the token of a guest's cart.
    pub fn opens(&self, cart: &Cart) -> bool {
        match &cart.owner {
            CartOwner::Guest { token_hash } => {
                cart.id == self.cart && verify_slices_are_equal(self.hash().as_bytes(), token_hash.as_bytes()).is_ok()
            }
            CartOwner::User { .. } => false,
        }
    }

    /// The text, to be shown once.
    pub fn text(&self) -> Secret<String> {
        Secret::new(format!("{}_{}", self.cart, URL_SAFE_NO_PAD.encode(self.secret.expose())))
    }
}

impl FromStr for CartToken {
    type Err = CartTokenError;

    fn from_str(text: &str) -> Result<Self, CartTokenError> {
        // crt_ and 26 characters, then the secret, which may hold underscores itself.
        let (cart, secret) = text.split_at_checked(30).ok_or(CartTokenError)?;
        let secret = secret.strip_prefix('_').ok_or(CartTokenError)?;
        let bytes = URL_SAFE_NO_PAD.decode(secret).map_err(|_| CartTokenError)?;
        let secret = <[u8; 32]>::try_from(bytes).map_err(|_| CartTokenError)?;
        Ok(Self { cart: cart.parse().map_err(|_| CartTokenError)?, secret: Secret::new(secret) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cart::content::tests::cart;

    #[test]
    fn a_token_opens_its_own_cart_alone() {
        let token = CartToken::new(cart().id, [7; 32]);
        let own = Cart { owner: CartOwner::Guest { token_hash: token.hash() }, ..cart() };
        let text = token.text();
        let shown: CartToken = text.expose().parse().unwrap();
        assert!(shown.opens(&own) && !shown.opens(&cart()));
        assert!(!CartToken::new(own.id, [8; 32]).opens(&own));
        let other: CartId = "crt_01JD2Z3M4N5P6Q7R8S9T0V1W2Z".parse().unwrap();
        assert!(!CartToken::new(other, [7; 32]).opens(&own));
        assert_eq!((text.expose().len(), format!("{shown:?}").contains("BwcH")), (74, false));
    }

    #[test]
    fn any_other_text_is_no_token() {
        let text = CartToken::new(cart().id, [255; 32]).text();
        let text = text.expose().as_str();
        for bad in ["", "crt_", &text[1..], &format!("{text}A"), &text.replace("crt_", "ord_"), &"é".repeat(37)] {
            assert!(bad.parse::<CartToken>().is_err(), "{bad}");
        }
    }
}
