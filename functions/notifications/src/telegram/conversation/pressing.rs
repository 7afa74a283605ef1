//! Buttons. What a button names is looked up among what is the presser's own, as if they had written it.

use billing::Invoices;
use jiff::SignedDuration;
use kernel::Locale;
use messaging::telegram::{Alerts, BotReply, Phrase, Press, Pressed, Wanted, heard};
use table::TableError;
use tenancy::Gate;
use web::Problem;

use super::{
    answers::{self, Topic},
    ear::{Ear, Said, spoken},
    writer::Writer,
};

/// The longest that a button mutes for, hours.
const MOST_HOURS: u16 = 30 * 24;

impl Ear<'_> {
    /// Does what a button tells, and puts the answer in the place of the message that it was beneath.
    pub(super) async fn pressed(&self, pressed: &Pressed) -> Result<Said, Problem> {
        let writer = Writer::of(self.api, self.scope(), (&self.bot, pressed.chat)).await?;
        let language = spoken(writer.as_ref(), pressed.chat.language);
        let briefly = |words: &str| Ok(Said::briefly(&pressed.query, words));
        if self.tenant.gate(self.api.now()) == Gate::Closed {
            return briefly(&self.named(Phrase::TenantClosed, language));
        }
        let Some(writer) = writer else { return briefly(&self.named(Phrase::HowToLink, language)) };
        if !writer.is_active() {
            return briefly(Phrase::AccountClosed.text(language));
        }
        let Ok(press) = pressed.data.parse::<Press>() else { return briefly(Phrase::NotFound.text(language)) };
        match press {
            Press::Of(command, customer) => {
                // A customer that somebody else acts for is no customer of theirs, as an unknown one is.
                let topic = Topic::of(command).filter(|_| writer.customers.contains(&customer));
                let Some(topic) = topic else { return briefly(Phrase::NotFound.text(language)) };
                Ok(instead(pressed, &self.question(customer, language).answer(topic).await?))
            }
            Press::Pay(invoice) => {
                let found = Invoices::new(self.api.table(), self.scope()).get(invoice).await?;
                let own = found.and_then(|found| found.open_for(&writer.parties()));
                let Some(invoice) = own else { return briefly(Phrase::NotFound.text(language)) };
                Ok(instead(pressed, &answers::pay(self.api, self.tenant, (&invoice, language))))
            }
            Press::Language(wanted) => {
                let mut said = instead(pressed, &BotReply::saying(Phrase::LanguageSet.text(wanted)));
                self.contacts().save_language(&mut said.transaction, &writer.contact, wanted);
                Ok(said)
            }
            Press::Alert(topic, wanted) => {
                let after = writer.contact.alerts.clone().with(topic, wanted);
                Ok(self.changed(pressed, (&writer, language), &after)?)
            }
            Press::Mute(hours) => {
                let before = writer.contact.alerts.clone();
                let until = self.api.now().plus(SignedDuration::from_hours(hours.min(MOST_HOURS).into()));
                let after = if hours == 0 { before.unmuted() } else { before.muted(until) };
                Ok(self.changed(pressed, (&writer, language), &after)?)
            }
            Press::All(wanted) => {
                let after = match wanted {
                    Wanted::Yes => Alerts::subscribed(),
                    Wanted::No => writer.contact.alerts.clone().unsubscribed(),
                };
                Ok(self.changed(pressed, (&writer, language), &after)?)
            }
        }
    }

    fn changed(
        &self,
        pressed: &Pressed,
        (writer, language): (&Writer, Locale),
        after: &Alerts,
    ) -> Result<Said, TableError> {
        let mut said = instead(pressed, &self.shown_alerts(after, language));
        self.save(&mut said, &writer.contact, after)?;
        Ok(said)
    }
}

/// The button was heard, and what is said now stands where it was.
fn instead(pressed: &Pressed, reply: &BotReply) -> Said {
    let mut said = Said::default();
    said.calls.push(heard(&pressed.query, None));
    said.calls.extend(reply.in_place_of(pressed.chat.id, pressed.message_id));
    said
}
