//! What a button tells the bot: the `callback_data` of Telegram, 1 to 64 bytes.
//!
//! A button's data is a wish like any other message, and no proof of anything: whoever sees the button may have made it up.
//! So it names things by their ids only, and what it names is looked up among what is the sender's own.

use std::{fmt, str::FromStr};

use kernel::{CustomerId, InvoiceId, Locale};

use super::{AlertTopic, Command, Wanted};

/// What a button tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Press {
    /// The command's answer for one of the user's customers.
    Of(Command, CustomerId),
    /// How an invoice is paid.
    Pay(InvoiceId),
    /// News of a topic, or none.
    Alert(AlertTopic, Wanted),
    /// No news for so many hours; 0 for news again.
    Mute(u16),
    /// All news, or none.
    All(Wanted),
    /// The language that the bot is to speak.
    Language(Locale),
}

/// The data is none of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoPress;

impl fmt::Display for Press {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Of(command, customer) => write!(f, "of:{}:{customer}", command.name()),
            Self::Pay(invoice) => write!(f, "pay:{invoice}"),
            Self::Alert(topic, wanted) => write!(f, "alert:{topic}:{}", wanted.name()),
            Self::Mute(hours) => write!(f, "mute:{hours}"),
            Self::All(wanted) => write!(f, "all:{}", wanted.name()),
            Self::Language(language) => write!(f, "lang:{}", language.tag()),
        }
    }
}

impl FromStr for Press {
    type Err = NoPress;

    fn from_str(text: &str) -> Result<Self, NoPress> {
        let (kind, rest) = text.split_once(':').ok_or(NoPress)?;
        let press = match kind {
            "of" => rest
                .split_once(':')
                .and_then(|(command, customer)| Some(Self::Of(Command::find(command)?, customer.parse().ok()?))),
            "pay" => rest.parse().ok().map(Self::Pay),
            "alert" => rest
                .split_once(':')
                .and_then(|(topic, wanted)| Some(Self::Alert(topic.parse().ok()?, Wanted::find(wanted)?))),
            "mute" => rest.parse().ok().map(Self::Mute),
            "all" => Wanted::find(rest).map(Self::All),
            "lang" => Locale::ALL.into_iter().find(|language| language.tag() == rest).map(Self::Language),
            _ => None,
        };
        // One text for each press, so that nothing can be told in two ways.
        press.filter(|press| press.to_string() == text).ok_or(NoPress)
    }
}

impl Wanted {
    const fn name(self) -> &'static str {
        match self {
            Self::Yes => "on",
            Self::No => "off",
        }
    }

    fn find(name: &str) -> Option<Self> {
        [Self::Yes, Self::No].into_iter().find(|wanted| wanted.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all() -> Vec<Press> {
        let customer: CustomerId = "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        let mut all: Vec<Press> = Command::ALL.into_iter().map(|command| Press::Of(command, customer)).collect();
        all.push(Press::Pay("inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap()));
        for wanted in [Wanted::Yes, Wanted::No] {
            all.extend(AlertTopic::ALL.map(|topic| Press::Alert(topic, wanted)));
            all.push(Press::All(wanted));
        }
        all.extend([0, 1, u16::MAX].map(Press::Mute));
        all.extend(Locale::ALL.map(Press::Language));
        all
    }

    #[test]
    fn every_button_fits_and_is_understood() {
        for press in all() {
            let data = press.to_string();
            assert!((1..=64).contains(&data.len()), "{data}");
            assert_eq!(data.parse(), Ok(press));
        }
    }

    #[test]
    fn other_data_is_none_of_ours() {
        for data in
            ["", "pay", "pay:", "pay:inv_1", "mute:+1", "mute:01", "mute:99999", "all:yes", "of:fly:cus_1", "lang:fr"]
        {
            assert_eq!(data.parse::<Press>(), Err(NoPress), "{data}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_what_would_be_written(data in "(of|pay|alert|mute|all|lang)?:?[a-z0-9_:]{0,40}") {
            if let Ok(press) = data.parse::<Press>() {
                prop_assert_eq!(press.to_string(), data);
            }
        }
    }
}
