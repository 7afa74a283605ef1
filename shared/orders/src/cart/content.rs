//! A cart, as stored, and every change of it.

use aws_lc_rs::digest::{Context, SHA256};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{CartId, Currency, Email, OrderId, ReservationId, Timestamp, UserId, VariantId};
use serde::{Deserialize, Serialize};
use table::Record;

use crate::{
    CartCode, CartError, CartHold, CartLine, CartShipping, DeliveryAddress, DeliveryText,
    cart::bounds::{LIVES_FOR, MOST_CODES, MOST_LINES, MOST_QUANTITY},
};

/// Whose cart it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum CartOwner {
    /// Of whoever shows its token.
    Guest {
        /// The hash of the token's secret.
        token_hash: String,
    },
    /// Of a user, who has one in each currency.
    User {
        /// Which.
        id: UserId,
    },
}

/// How a cart stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum CartState {
    /// It may be changed and ordered.
    Open,
    /// It became an order.
    Ordered {
        /// Which.
        order: OrderId,
    },
    /// What was in it is in another one.
    Merged {
        /// Which.
        into: CartId,
    },
}

/// A cart, as stored. A change raises `version` by one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cart {
    /// Its id; that of its order has the same characters behind the prefix.
    pub id: CartId,
    /// Whose it is.
    pub owner: CartOwner,
    /// What everything in it costs is in this.
    pub currency: Currency,
    /// What is wanted, each variant once, in the order in which it was put in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<CartLine>,
    /// The codes that were typed in, whether or not they take anything off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<CartCode>,
    /// Where a guest is written to.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "table::personal")]
    pub email: Option<Email>,
    /// Who gets the goods, and where.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "table::personal")]
    pub delivery: Option<DeliveryAddress>,
    /// How they get there. Once it is chosen, stock is kept for the cart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping: Option<CartShipping>,
    /// Whether it was quoted, and the cart changed since: it is to be quoted again.
    #[serde(default, skip_serializing_if = "is_false")]
    pub requote: bool,
    /// What is kept for it; always of the lines as they are. It may have run out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reservation: Option<ReservationId>,
    /// When goods were kept for it without a break.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<CartHold>,
    /// How it stands.
    pub state: CartState,
    /// When it was made.
    pub created_at: Timestamp,
    /// When somebody last changed it.
    pub touched_at: Timestamp,
    /// Raised by every change, from 1.
    pub version: u64,
}

impl Record for Cart {
    const ROWS: &'static [&'static str] = &["CART#{cart} / CART"];
}

/// What makes a cart.
#[derive(Clone, Debug)]
pub struct NewCart {
    /// Its id.
    pub id: CartId,
    /// Whose it is.
    pub owner: CartOwner,
    /// The currency of its prices.
    pub currency: Currency,
}

impl Cart {
    /// An empty one.
    pub fn new(new: NewCart, now: Timestamp) -> Self {
        Self {
            id: new.id,
            owner: new.owner,
            currency: new.currency,
            lines: Vec::new(),
            codes: Vec::new(),
            email: None,
            delivery: None,
            shipping: None,
            requote: false,
            reservation: None,
            held: None,
            state: CartState::Open,
            created_at: now,
            touched_at: now,
            version: 1,
        }
    }

    /// Whether nobody touched it for so long that it is gone, whether or not the store has deleted it.
    pub fn is_gone(&self, now: Timestamp) -> bool {
        now >= self.ends_at()
    }

    /// When it is gone, unless somebody touches it.
    pub fn ends_at(&self) -> Timestamp {
        self.touched_at.plus(LIVES_FOR)
    }

    /// The user whose it is; none for a guest's.
    pub const fn user(&self) -> Option<UserId> {
        match self.owner {
            CartOwner::User { id } => Some(id),
            CartOwner::Guest { .. } => None,
        }
    }

    /// The id of the order that it becomes: of one cart there is one order.
    pub const fn order_id(&self) -> OrderId {
        OrderId::new(self.id.ulid())
    }

    /// `Ok` for a cart that may be changed and ordered.
    ///
    /// # Errors
    /// `Closed`.
    pub const fn must_be_open(&self) -> Result<(), CartError> {
        match self.state {
            CartState::Open => Ok(()),
            CartState::Ordered { .. } => Err(CartError::Closed { how: "was ordered" }),
            CartState::Merged { .. } => Err(CartError::Closed { how: "was merged into another one" }),
        }
    }

    /// The line of a variant.
    pub fn line(&self, variant: VariantId) -> Option<&CartLine> {
        self.lines.iter().find(|line| line.variant_id == variant)
    }

    /// With more of a variant. A line that is there grows, at the price of now.
    ///
    /// # Errors
    /// `Closed`, `Lines`, `Quantity`.
    pub fn with(&self, more: CartLine, now: Timestamp) -> Result<Self, CartError> {
        self.must_be_open()?;
        let quantity = self.line(more.variant_id).map_or(0, |line| line.quantity).saturating_add(more.quantity);
        if quantity == 0 {
            return Ok(self.clone());
        }
        self.put(CartLine { quantity, ..more }, now)
    }

    /// With so many of a variant whose line is there, at the price of now; none take the line away.
    ///
    /// # Errors
    /// `Closed`, `Quantity`; `NoLine` when there is none.
    pub fn counted(&self, line: CartLine, now: Timestamp) -> Result<Self, CartError> {
        self.must_be_open()?;
        self.line(line.variant_id).ok_or(CartError::NoLine)?;
        if line.quantity > 0 { self.put(line, now) } else { self.without(line.variant_id, now) }
    }

    /// Without a variant.
    ///
    /// # Errors
    /// `Closed`; `NoLine` when there is none.
    pub fn without(&self, variant: VariantId, now: Timestamp) -> Result<Self, CartError> {
        self.must_be_open()?;
        self.line(variant).ok_or(CartError::NoLine)?;
        let lines = self.lines.iter().filter(|line| line.variant_id != variant).cloned().collect();
        Ok(self.of_lines(lines, now))
    }

    fn put(&self, line: CartLine, now: Timestamp) -> Result<Self, CartError> {
        if line.quantity > MOST_QUANTITY {
            return Err(CartError::Quantity);
        }
        let mut lines = self.lines.clone();
        if let Some(known) = lines.iter_mut().find(|known| known.variant_id == line.variant_id) {
            *known = CartLine { added_at: known.added_at, ..line };
        } else if lines.len() < MOST_LINES {
            lines.push(line);
        } else {
            return Err(CartError::Lines);
        }
        Ok(self.of_lines(lines, now))
    }

    /// What was quoted for other lines holds no more.
    fn of_lines(&self, lines: Vec<CartLine>, now: Timestamp) -> Self {
        Self { lines, ..self.touched(now) }.unquoted()
    }

    /// Without a way of shipping that was quoted for what it was before.
    fn unquoted(self) -> Self {
        match &self.shipping {
            Some(shipping) if shipping.is_quoted() => Self { shipping: None, requote: true, ..self },
            Some(_) | None => self,
        }
    }

    /// With a code, which may be there already.
    ///
    /// # Errors
    /// `Closed`, `Codes`.
    pub fn with_code(&self, code: CartCode, now: Timestamp) -> Result<Self, CartError> {
        self.must_be_open()?;
        let mut next = self.touched(now);
        if !next.codes.contains(&code) {
            next.codes.push(code);
        }
        if next.codes.len() > MOST_CODES { Err(CartError::Codes) } else { Ok(next) }
    }

    /// Without a code, or without any.
    ///
    /// # Errors
    /// `Closed`.
    pub fn without_code(&self, code: Option<&CartCode>, now: Timestamp) -> Result<Self, CartError> {
        self.must_be_open()?;
        let codes = self.codes.iter().filter(|known| code.is_some_and(|code| code != *known)).cloned().collect();
        Ok(Self { codes, ..self.touched(now) })
    }

    /// To be sent there. What was quoted for another place holds no more.
    ///
    /// # Errors
    /// `Closed`.
    pub fn delivered_to(
        &self,
        email: Option<Email>,
        delivery: DeliveryAddress,
        now: Timestamp,
    ) -> Result<Self, CartError> {
        self.must_be_open()?;
        let next = Self { email, delivery: Some(delivery), ..self.touched(now) };
        let is_same = next.fingerprint() == self.fingerprint();
        Ok(if is_same { next } else { next.unquoted() })
    }

    /// To be sent so.
    ///
    /// # Errors
    /// `Closed`.
    pub fn shipped_by(&self, shipping: CartShipping, now: Timestamp) -> Result<Self, CartError> {
        self.must_be_open()?;
        Ok(Self { shipping: Some(shipping), requote: false, ..self.touched(now) })
    }

    /// Whether goods may be kept for it now, anew or longer: not after two hours without a break.
    pub fn may_be_kept(&self, now: Timestamp) -> bool {
        self.held.is_none_or(|held| held.may_go_on(now))
    }

    /// With this kept for it until then.
    #[must_use]
    pub fn holding(&self, reservation: ReservationId, until: Timestamp, now: Timestamp) -> Self {
        let held = Some(CartHold::with(self.held, until, now));
        Self { reservation: Some(reservation), held, ..self.clone() }
    }

    /// With nothing kept for it any more; what was kept was so until then, as far as that is known.
    #[must_use]
    pub fn let_go(&self, until: Option<Timestamp>) -> Self {
        let held = self.held.map(|held| CartHold { until: until.unwrap_or(held.until), ..held });
        Self { reservation: None, held, version: self.version + 1, ..self.clone() }
    }

    /// Touched by its owner.
    #[must_use]
    pub fn touched(&self, now: Timestamp) -> Self {
        Self { touched_at: now, version: self.version + 1, ..self.clone() }
    }

    /// This cart with what is in a guest's, and the guest's closed. Quantities are added, as far as a cart holds them; what
    /// finds no place is left out. Where the goods go is taken from the guest's where this one does not say.
    ///
    /// # Errors
    /// `Closed` when either is not open; `Currency` when their prices are in two.
    pub fn merged(&self, guest: &Self, now: Timestamp) -> Result<(Self, Self), CartError> {
        self.must_be_open()?;
        guest.must_be_open()?;
        if self.currency != guest.currency {
            return Err(CartError::Currency);
        }
        let mut lines = self.lines.clone();
        for line in &guest.lines {
            if let Some(known) = lines.iter_mut().find(|known| known.variant_id == line.variant_id) {
                known.quantity = known.quantity.saturating_add(line.quantity).min(MOST_QUANTITY);
            } else if lines.len() < MOST_LINES {
                lines.push(line.clone());
            }
        }
        let more = guest.codes.iter().filter(|code| !self.codes.contains(code));
        let codes = self.codes.iter().chain(more).take(MOST_CODES).cloned().collect();
        let email = self.email.clone().or_else(|| guest.email.clone());
        let delivery = self.delivery.clone().or_else(|| guest.delivery.clone());
        let held = CartHold::both(self.held, guest.held);
        let whole = Self { codes, email, delivery, held, ..self.of_lines(lines, now) };
        Ok((whole, guest.closed(CartState::Merged { into: self.id }, now)))
    }

    /// Closed by its order, which says all that the cart said.
    ///
    /// # Errors
    /// `Closed`.
    pub fn ordered(&self, now: Timestamp) -> Result<Self, CartError> {
        self.must_be_open()?;
        Ok(self.closed(CartState::Ordered { order: self.order_id() }, now))
    }

    fn closed(&self, state: CartState, now: Timestamp) -> Self {
        let (lines, codes) = (Vec::new(), Vec::new());
        let next = Self { requote: false, reservation: None, ..self.touched(now) };
        Self { lines, codes, email: None, delivery: None, shipping: None, state, ..next }
    }

    /// What a quote for its shipping is bound to: what is to be sent, and to which address, as a hash. Who gets it is not in it:
    /// another name or telephone at the same door is sent to for the same price.
    pub fn fingerprint(&self) -> String {
        let mut context = Context::new(&SHA256);
        let mut add = |part: &str| {
            // Lengths first: no two lists of parts give the same bytes.
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part.as_bytes());
        };
        add(&self.currency.to_string());
        let mut lines: Vec<(String, u32)> =
            self.lines.iter().map(|line| (line.variant_id.to_string(), line.quantity)).collect();
        lines.sort();
        for (variant, quantity) in &lines {
            add(variant);
            add(&quantity.to_string());
        }
        add("to");
        if let Some(to) = &self.delivery {
            add(&to.country.to_string());
            let street = [Some(&to.line1), to.line2.as_ref()];
            for place in [to.region.as_ref(), Some(&to.city), to.postal_code.as_ref()].into_iter().chain(street) {
                add(place.map_or("", DeliveryText::as_str));
            }
        }
        URL_SAFE_NO_PAD.encode(context.finish())
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

#[cfg(test)]
#[path = "content_tests.rs"]
pub(crate) mod tests;
