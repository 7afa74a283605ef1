//! From a notification to what came of it on one channel: the letter is written and handed to the channel's carrier.

use messaging::{Channel, Notification, Outcome};

use crate::{
    MessengerError,
    carriers::{carrier::Carrier, in_app::InApp, mail::ByMail, push::ByPush, sms::BySms, telegram::ByTelegram},
    letters::letter,
    office::Office,
};

/// Sends a notification over a channel. What surely did not leave may be tried again.
pub(crate) async fn send(office: &Office<'_>, notification: &Notification, channel: Channel) -> Outcome {
    match try_to_send(office, notification, channel).await {
        Ok(outcome) => outcome,
        Err(MessengerError::Void(reason)) => Outcome::Never { reason: reason.to_owned() },
        // Another try finds the same text and the same values.
        Err(MessengerError::Template(error)) => {
            tracing::error!(notification.id = %notification.id, %error, "a message cannot be written");
            Outcome::Never { reason: error.to_string() }
        }
        Err(error) => Outcome::Later { after: None, reason: error.to_string() },
    }
}

async fn try_to_send(
    office: &Office<'_>,
    notification: &Notification,
    channel: Channel,
) -> Result<Outcome, MessengerError> {
    let letter = letter::write(office, notification).await?;
    carrier(office, channel).send(&letter).await
}

/// The carrier of a channel.
pub(crate) fn carrier<'a>(office: &'a Office<'a>, channel: Channel) -> Box<dyn Carrier + 'a> {
    match channel {
        Channel::Email => Box::new(ByMail(office)),
        Channel::Telegram => Box::new(ByTelegram(office)),
        Channel::Sms => Box::new(BySms(office)),
        Channel::Push => Box::new(ByPush(office)),
        Channel::InApp => Box::new(InApp(office)),
    }
}
