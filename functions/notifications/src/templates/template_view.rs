//! A kind of message as it is shown.

use kernel::{Locale, Priority, Timestamp, UserId};
use messaging::{
    preferences::MessageGroup,
    texts::{KindOf, TenantText, TextKey, Variable},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A kind of message, and its texts.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NotificationTemplateView {
    /// Its key.
    pub key: TextKey,
    /// Whether you made it.
    pub own: bool,
    /// How urgent its messages are. Critical ones are always sent, and at once.
    pub priority: Priority,
    /// What a switch of the preferences can be about, beside the key.
    pub group: MessageGroup,
    /// What its texts use: all of these, and in a kind of your own `name` and `sender` if they like.
    pub variables: Vec<Variable>,
    /// The text in English.
    pub en: Option<TemplateTextView>,
    /// The text in Indonesian.
    pub id: Option<TemplateTextView>,
}

/// A text.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplateTextView {
    /// The subject, an empty line, and paragraphs.
    #[schema(example = "Welcome to {{sender}}\n\nHello {{name}},\n\nYour account is ready.")]
    pub source: String,
    /// Whether it is yours.
    pub own: bool,
}

/// What was held of a kind since a change.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplateVersionView {
    /// Which version.
    #[schema(example = 2, minimum = 1)]
    pub version: u64,
    /// The text in English.
    pub en: Option<String>,
    /// The text in Indonesian.
    pub id: Option<String>,
    /// Whether the kind went back to what is built in, or away.
    pub deleted: bool,
    /// Who changed it.
    pub written_by: UserId,
    /// When.
    pub written_at: Timestamp,
}

/// The number of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[schema(description = "The number of a version", value_type = u64, minimum = 1, example = 2)]
pub struct VersionNumber(pub u64);

impl std::str::FromStr for VersionNumber {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl NotificationTemplateView {
    /// The kind as the tenant has it.
    pub(crate) fn of(kind: &KindOf) -> Self {
        let text = |language| {
            let written = kind.built_in().is_some() || kind.written_in().any(|one| one == language);
            let (source, own) = kind.source(language).filter(|_| written)?;
            Some(TemplateTextView { source: source.to_owned(), own })
        };
        let variables = kind.variables.iter().map(|(name, kind)| Variable { name: name.clone(), kind: *kind });
        Self {
            key: kind.key.clone(),
            own: kind.is_own,
            priority: kind.priority,
            group: MessageGroup::of(kind.key.as_str(), kind.priority),
            variables: variables.collect(),
            en: text(Locale::En),
            id: text(Locale::Id),
        }
    }
}

impl From<TenantText> for TemplateVersionView {
    fn from(mut text: TenantText) -> Self {
        Self {
            version: text.version,
            deleted: text.is_deleted(),
            en: text.texts.remove(&Locale::En),
            id: text.texts.remove(&Locale::Id),
            written_by: text.written_by,
            written_at: text.written_at,
        }
    }
}
