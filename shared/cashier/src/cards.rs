//! Cards that customers save, at their providers: how Stripe knows a customer, whose a card is there, and that it goes.

use kernel::{Party, Provider};
use payments::{
    CardFace, KeptCard, MethodError, Payer, PaymentError, ProviderError, ProviderToken, SavedMethod, SavedMethods,
};
use table::{Race, WriteError, until_settled, write_alone};

use crate::{Cashier, CashierError, GuardedStripe, cashier::too_many_races, providers};

impl<'a> Cashier<'a> {
    pub fn saved_methods(&self) -> SavedMethods<'a> {
        SavedMethods::new(self.ctx.table(), self.scope)
    }

    /// The tenant's account at Stripe.
    ///
    /// # Errors
    /// `Payment(NotConfigured)`, or the secret store does not answer.
    pub async fn stripe(&self) -> Result<GuardedStripe, CashierError> {
        Ok(self.stripe_if_any().await?.ok_or(PaymentError::NotConfigured)?)
    }

    /// The same; `None` where the tenant has given no keys.
    async fn stripe_if_any(&self) -> Result<Option<GuardedStripe>, CashierError> {
        let tenant = self.scope.tenant();
        let stripe = providers::find_stripe(self.ctx, tenant).await?;
        Ok(stripe.map(|stripe| GuardedStripe::new(self.ctx, tenant, stripe)))
    }

    /// How Stripe knows a party, which it is told once. One read; for a new one Stripe and one write; again for a lost
    /// race.
    ///
    /// # Errors
    /// Those of Stripe and of the table.
    pub async fn known_to_stripe(
        &self,
        stripe: &GuardedStripe,
        party: Party,
        payer: &Payer,
    ) -> Result<ProviderToken, CashierError> {
        until_settled(too_many_races, || async {
            let book = self.saved_methods().book(party).await?;
            if let Some(customer) = book.stripe_customer {
                return Ok(Race::Settled(customer));
            }
            let made = stripe.create_customer(party, payer, &stripe.customer_key(party, payer)).await?;
            let customer = ProviderToken::from(made);
            let known = book.known_to_stripe(customer.clone());
            match write_alone(self.ctx.table(), |tx| self.saved_methods().save_book(tx, &known)).await {
                Ok(_) => Ok(Race::Settled(customer)),
                Err(WriteError::ConditionFailed { .. }) => Ok(Race::Lost),
                Err(WriteError::Table(error)) => Err(error.into()),
            }
        })
        .await
    }

    /// A card at Stripe, by its own name or by the setup intent that saved it, as one that `party` saved: one that is nobody's
    /// becomes theirs.
    ///
    /// # Errors
    /// `Method(NotReady)`, `Method(NotTheirs)`, and those of Stripe and of the table.
    pub async fn card_at_stripe(
        &self,
        token: &str,
        party: Party,
        payer: &Payer,
    ) -> Result<(KeptCard, CardFace), CashierError> {
        let stripe = self.stripe().await?;
        let unknown = |error: ProviderError| {
            if error == ProviderError::NotFound { CashierError::from(MethodError::NotTheirs) } else { error.into() }
        };
        let id = if token.starts_with("seti_") {
            let setup = stripe.get_setup_intent(token).await.map_err(unknown)?;
            let ready = setup.payment_method.filter(|_| setup.status == "succeeded");
            ready.ok_or(MethodError::NotReady)?
        } else {
            token.to_owned()
        };
        let found = stripe.get_payment_method(&id).await.map_err(unknown)?;
        let customer = self.known_to_stripe(&stripe, party, payer).await?;
        let card = match found.customer.as_deref() {
            Some(owner) if owner == customer.expose() => found,
            // Stripe would refuse it, and whose it is is nobody's business here.
            Some(_) => return Err(MethodError::NotTheirs.into()),
            None => stripe.attach_payment_method(&id, customer.expose()).await.map_err(unknown)?,
        };
        // Stripe makes a card of its own of one that it shares, as its test cards are.
        let token = card.id.clone().into();
        let face = CardFace::from(card.card.ok_or(MethodError::NotTheirs)?);
        Ok((KeptCard { token, customer: Some(customer), face: None }, face))
    }

    /// What is printed on a card that was saved with a payment; `None` where its provider does not know it any more.
    ///
    /// # Errors
    /// Those of Stripe.
    pub async fn face_of(&self, provider: Provider, kept: &KeptCard) -> Result<Option<CardFace>, CashierError> {
        if kept.face.is_some() || provider != Provider::Stripe {
            return Ok(kept.face.clone());
        }
        match self.stripe().await?.get_payment_method(kept.token.expose()).await {
            Ok(found) => Ok(found.card.map(CardFace::from)),
            Err(ProviderError::NotFound) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Takes a card away from its customer at its provider, where nobody charges it from then on. Midtrans forgets a token
    /// by itself, and has no call for it.
    ///
    /// # Errors
    /// Those of Stripe.
    pub async fn detach(&self, method: &SavedMethod) -> Result<(), CashierError> {
        match method.provider {
            Provider::Midtrans | Provider::Manual => return Ok(()),
            Provider::Stripe => {}
        }
        let Some(stripe) = self.stripe_if_any().await? else {
            tracing::warn!(method.id = %method.id, "the tenant has no keys for the provider of a card that goes");
            return Ok(());
        };
        match stripe.detach_payment_method(method.token.expose()).await {
            // Gone, or taken away before.
            Ok(_) | Err(ProviderError::NotFound | ProviderError::Refused { .. } | ProviderError::StateLocked) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes whom Stripe knows a party as, with every card that is saved there. Whoever is gone already is as good as deleted.
    ///
    /// # Errors
    /// Those of Stripe.
    pub async fn forget_at_stripe(&self, customer: &ProviderToken) -> Result<(), CashierError> {
        let Some(stripe) = self.stripe_if_any().await? else {
            tracing::warn!("the tenant has no keys for the provider of a customer who goes");
            return Ok(());
        };
        match stripe.delete_customer(customer.expose()).await {
            Ok(()) | Err(ProviderError::NotFound) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
