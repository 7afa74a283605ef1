//! What a chat is told and in which language: by commands and by buttons.

use kernel::Locale;
use messaging::{
    TelegramContact,
    telegram::{AlertTopic, Alerts, BotReply, Button, Chat, Phrase, Press, Wanted, mute_for},
};
use table::TableError;
use web::Problem;

use super::{
    ear::{Ear, Said, Setting},
    writer::Writer,
};

impl Ear<'_> {
    /// Does a command that changes what the chat is told, or shows it.
    pub(super) fn set(
        &self,
        (chat, language): (Chat, Locale),
        writer: &Writer,
        setting: Setting<'_>,
    ) -> Result<Said, Problem> {
        let before = writer.contact.alerts.clone();
        let (after, reply) = match setting {
            Setting::Subscribed => (Alerts::subscribed(), BotReply::saying(Phrase::Subscribed.text(language))),
            Setting::Unsubscribed => (before.unsubscribed(), BotReply::saying(Phrase::Unsubscribed.text(language))),
            Setting::Unmuted => (before.unmuted(), BotReply::saying(Phrase::Unmuted.text(language))),
            Setting::Muted(argument) => match mute_for(argument) {
                Some(duration) => {
                    let until = self.api.now().plus(duration);
                    let muted = before.muted(until);
                    let reply = BotReply::saying(self.muted_until(&muted, language).unwrap_or_default());
                    (muted, reply)
                }
                None => (before, BotReply::saying(Phrase::MuteHow.text(language))),
            },
            Setting::Speaks(argument) => return Ok(self.set_language(chat, language, (writer, argument))),
            Setting::Shown => {
                let reply = self.shown_alerts(&before, language);
                (before, reply)
            }
        };
        let mut said = Said::to(chat, &reply);
        self.save(&mut said, &writer.contact, &after)?;
        Ok(said)
    }

    fn set_language(&self, chat: Chat, language: Locale, (writer, argument): (&Writer, &str)) -> Said {
        let wanted = Locale::ALL.into_iter().find(|known| argument.trim().eq_ignore_ascii_case(known.tag()));
        let Some(wanted) = wanted else {
            let buttons = [(Locale::Id, "Bahasa Indonesia"), (Locale::En, "English")];
            let buttons = buttons.map(|(language, name)| Button::tell(name, Press::Language(language)));
            return Said::to(chat, &BotReply::saying(Phrase::ChooseLanguage.text(language)).row(buttons));
        };
        let mut said = Said::to(chat, &BotReply::saying(Phrase::LanguageSet.text(wanted)));
        self.contacts().save_language(&mut said.transaction, &writer.contact, wanted);
        said
    }

    /// Writes what changed, and nothing where nothing did. A chat that was noted as blocked is open again.
    pub(super) fn save(&self, said: &mut Said, contact: &TelegramContact, after: &Alerts) -> Result<(), TableError> {
        if contact.alerts != *after || contact.blocked_at.is_some() {
            self.contacts().save_alerts(&mut said.transaction, contact, after)?;
        }
        Ok(())
    }

    /// What the chat is told, with a button to change each.
    pub(super) fn shown_alerts(&self, alerts: &Alerts, language: Locale) -> BotReply {
        let reply = BotReply::default().title(Phrase::AlertsTitle.text(language));
        if alerts.stopped {
            let resume = Button::tell(Phrase::ResumeButton.text(language), Press::All(Wanted::Yes));
            return reply.line(Phrase::AlertsStopped.text(language)).row([resume]);
        }
        let muted = self.muted_until(alerts, language);
        let is_muted = muted.is_some();
        let reply = muted.into_iter().fold(reply, BotReply::line);
        let reply = AlertTopic::ALL.into_iter().fold(reply, |reply, topic| {
            let is_off = alerts.off.contains(&topic);
            let (mark, press) = if is_off { ("◻️", Wanted::Yes) } else { ("✅", Wanted::No) };
            let label = format!("{mark} {}", name(topic).text(language));
            reply.line(label.clone()).row([Button::tell(&label, Press::Alert(topic, press))])
        });
        let (phrase, hours) = if is_muted { (Phrase::UnmuteButton, 0) } else { (Phrase::MuteButton, 8) };
        reply
            .row([Button::tell(phrase.text(language), Press::Mute(hours))])
            .row([Button::tell(Phrase::StopButton.text(language), Press::All(Wanted::No))])
    }

    /// Until when the chat is quiet, in the tenant's zone.
    fn muted_until(&self, alerts: &Alerts, language: Locale) -> Option<String> {
        let until = alerts.muted_until.filter(|_| alerts.is_muted(self.api.now()))?;
        let when = language.moment(until, &self.tenant.timezone);
        Some(Phrase::AlertsMuted.with(language, &[("when", &when)]))
    }
}

const fn name(topic: AlertTopic) -> Phrase {
    match topic {
        AlertTopic::Invoices => Phrase::TopicInvoices,
        AlertTopic::Reminders => Phrase::TopicReminders,
        AlertTopic::Payments => Phrase::TopicPayments,
        AlertTopic::News => Phrase::TopicNews,
    }
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
