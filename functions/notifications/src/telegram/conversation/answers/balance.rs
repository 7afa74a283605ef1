//! `/balance` and `/topup`: what is on a customer's balance, and how more comes onto it.

use customers::{BalancePays, Customers};
use ledger::{Journal, PartyBalance};
use messaging::telegram::{BotReply, Phrase};
use web::Problem;

use super::Question;

impl Question<'_> {
    /// Two reads, side by side.
    pub(super) async fn balance(&self) -> Result<BotReply, Problem> {
        let (customers, journal) =
            (Customers::new(self.api.table(), self.scope()), Journal::new(self.api.table(), self.scope()));
        let (customer, balances) = tokio::try_join!(customers.get(self.customer), journal.balances_of(self.party()))?;
        let customer = customer.and_then(|customer| customer.open_for(&[self.party()]));
        let reply = self.balances(BotReply::default().title(self.text(Phrase::BalanceTitle)), &balances);
        let Some(customer) = customer else { return Ok(reply) };
        let pays = match customer.balance_pays() {
            BalancePays::AllInvoices => Phrase::BalancePaysAll,
            BalancePays::NewInvoices => Phrase::BalancePaysNew,
            BalancePays::Nothing => Phrase::BalancePaysNothing,
        };
        Ok(reply.gap().line(self.text(pays)))
    }

    /// What is there, and where a deposit is made. Two reads, side by side.
    pub(super) async fn topup(&self) -> Result<BotReply, Problem> {
        let how = self.say(Phrase::TopupHow, &[("tenant", self.tenant.product_name())]);
        Ok(self.balance().await?.gap().line(how))
    }

    /// In each currency in which something is there.
    pub(super) fn balances(&self, reply: BotReply, balances: &[PartyBalance]) -> BotReply {
        let there: Vec<&PartyBalance> =
            balances.iter().filter(|of| !of.balance.is_zero() || !of.held.is_zero()).collect();
        if there.is_empty() {
            return reply.line(self.text(Phrase::NoBalance));
        }
        there.into_iter().fold(reply, |reply, of| {
            let line = |phrase, money| self.say(phrase, &[("amount", &self.language.money(money))]);
            let reply = reply.line(line(Phrase::BalanceLine, of.balance));
            if of.held.is_zero() { reply } else { reply.line(line(Phrase::HeldLine, of.held)) }
        })
    }
}
