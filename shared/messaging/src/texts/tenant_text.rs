//! What a tenant has of a kind of message, and the text that its messages are made of.

use std::collections::BTreeMap;

use kernel::{Locale, Priority, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use table::Record;

use super::{OwnKind, SOURCE_MAX, TextError, TextKey, Variable, own_kind::OF_ALL};
use crate::{Template, ValueKind, catalogue::MessageKind};

/// What a tenant has of a kind, as stored. One without texts was deleted: its version goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TenantText {
    /// Of which kind.
    pub key: TextKey,
    /// What the tenant declares, of a kind of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<OwnKind>,
    /// The texts, by language.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub texts: BTreeMap<Locale, String>,
    /// Who wrote it.
    pub written_by: UserId,
    /// When.
    pub written_at: Timestamp,
    /// Raised by every change, the first is 1.
    pub version: u64,
}

impl Record for TenantText {
    const ROWS: &'static [&'static str] = &["NOTIFY#TEXTS / KIND#{key}"];
    const FREE: &'static [&'static str] = &["texts"];
}

/// A kind of message as a tenant has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindOf {
    /// Its key.
    pub key: TextKey,
    /// How urgent its messages are.
    pub priority: Priority,
    /// What its texts use.
    pub variables: Vec<(String, ValueKind)>,
    /// Whether the tenant made it.
    pub is_own: bool,
    texts: BTreeMap<Locale, String>,
    built_in: Option<MessageKind>,
}

impl TenantText {
    /// Whether there is nothing of the tenant's own any more.
    pub fn is_deleted(&self) -> bool {
        self.texts.is_empty()
    }

    /// What is wrong with it, before it is kept.
    ///
    /// # Errors
    /// All of [`TextError`] but `TooMany`.
    pub fn check(&self) -> Result<(), TextError> {
        match (&self.own, self.key.is_own()) {
            (Some(own), true) => own.check()?,
            (None, false) => {}
            (Some(_), false) | (None, true) => return Err(TextError::NotOwn),
        }
        if self.key.is_built_in_only() {
            return Err(TextError::BuiltInOnly);
        }
        if self.is_deleted() {
            return Err(TextError::NoText);
        }
        let kind = KindOf::of(&self.key, Some(self)).ok_or(TextError::NoKind)?;
        for (language, source) in &self.texts {
            let language = *language;
            if source.chars().count() > SOURCE_MAX {
                return Err(TextError::TooLong { language });
            }
            kind.compile(source).map_err(|why| TextError::Text { language, why })?;
        }
        Ok(())
    }
}

impl KindOf {
    /// A kind with what the tenant has of it; none where neither knows it. Whatever is stored of a kind that has the built-in
    /// text only does not count.
    pub fn of(key: &TextKey, text: Option<&TenantText>) -> Option<Self> {
        let text = text.filter(|text| !text.is_deleted() && !key.is_built_in_only());
        let texts = text.map(|text| text.texts.clone()).unwrap_or_default();
        if let Some(kind) = key.built_in() {
            let variables = kind.variables.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect();
            let (priority, built_in) = (kind.priority, Some(kind));
            return Some(Self { key: key.clone(), priority, variables, is_own: false, texts, built_in });
        }
        let own = text?.own.as_ref()?;
        let variables = own.variables.iter().map(|Variable { name, kind }| (name.clone(), *kind)).collect();
        Some(Self { key: key.clone(), priority: own.urgency(), variables, is_own: true, texts, built_in: None })
    }

    /// The kind that is built in; none of a tenant's own.
    pub const fn built_in(&self) -> Option<MessageKind> {
        self.built_in
    }

    /// Whether its texts use a variable.
    pub fn uses(&self, variable: &str) -> bool {
        self.variables.iter().any(|(name, _)| name == variable)
    }

    /// The languages in which the tenant has a text of its own.
    pub fn written_in(&self) -> impl Iterator<Item = Locale> {
        self.texts.keys().copied()
    }

    /// Compiles a text against what messages of this kind have.
    ///
    /// # Errors
    /// All of [`crate::TemplateError`] but `Value`.
    pub fn compile(&self, source: &str) -> Result<Template, crate::TemplateError> {
        let required: Vec<(&str, ValueKind)> =
            self.variables.iter().map(|(name, kind)| (name.as_str(), *kind)).collect();
        let optional: &[_] = if self.is_own { &OF_ALL } else { &[] };
        Template::compile_with(source, &required, optional)
    }

    /// The text in a language, and whether it is the tenant's: of a kind of the tenant's own that of another language where
    /// there is none in this.
    pub fn source(&self, language: Locale) -> Option<(&str, bool)> {
        let own = self.texts.get(&language).map(|text| (text.as_str(), true));
        let built_in = || self.built_in.map(|kind| (kind.source(language), false));
        own.or_else(built_in).or_else(|| self.texts.values().next().map(|text| (text.as_str(), true)))
    }

    /// The template of messages in a language, and in which language it is. A text of the tenant's that no longer compiles
    /// gives way to the built-in one.
    ///
    /// # Errors
    /// `Unknown` or another of [`crate::TemplateError`] where there is no text that compiles.
    pub fn template(&self, language: Locale) -> Result<Template, crate::TemplateError> {
        let (source, is_tenants) = self.source(language).ok_or(crate::TemplateError::NoBody)?;
        match (self.compile(source), self.built_in) {
            (Err(error), Some(kind)) if is_tenants => {
                tracing::error!(template.key = %self.key, %error, "a tenant's text does not compile any more");
                kind.template(language)
            }
            (compiled, _) => compiled,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{TemplateError, Values, catalogue};

    fn text(key: &str, own: Option<OwnKind>, texts: &[(Locale, &str)]) -> TenantText {
        TenantText {
            key: key.parse().unwrap(),
            own,
            texts: texts.iter().map(|(language, text)| (*language, (*text).to_owned())).collect(),
            written_by: "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            written_at: "2026-12-01T00:00:00Z".parse().unwrap(),
            version: 1,
        }
    }

    fn own(priority: Priority, variables: &[(&str, ValueKind)]) -> OwnKind {
        let variables = variables.iter().map(|(name, kind)| Variable { name: (*name).to_owned(), kind: *kind });
        OwnKind { priority, variables: variables.collect() }
    }

    #[test]
    fn a_text_is_refused_when_it_is_saved_and_not_when_it_is_sent() {
        let of = |source: &str| text("welcome", None, &[(Locale::En, source)]).check();
        assert_eq!(of("Hi {{name}}\n\nFrom {{sender}}"), Ok(()));
        let why = |source: &str| match of(source) {
            Err(TextError::Text { why, .. }) => why,
            other => panic!("{other:?}"),
        };
        assert_eq!(why("Hi {{name}}\n\nHello"), TemplateError::Unused { name: "sender".to_owned() });
        assert_eq!(why("Hi {{nome}}\n\n{{sender}}{{name}}"), TemplateError::Unknown { name: "nome".to_owned() });
        let long = format!("Hi {{{{name}}}}\n\n{{{{sender}}}}{}", "é".repeat(SOURCE_MAX));
        assert_eq!(of(&long), Err(TextError::TooLong { language: Locale::En }));
        assert_eq!(text("welcome", None, &[]).check(), Err(TextError::NoText));
        assert_eq!(text("wellcome", None, &[(Locale::En, "a\n\nb")]).check(), Err(TextError::NoKind));
    }

    #[test]
    fn a_kind_of_ones_own_declares_what_it_uses_and_is_medium_at_most() {
        let sale = |priority, variables: &[(&str, ValueKind)], source: &str| {
            text("own_sale", Some(own(priority, variables)), &[(Locale::En, source)]).check()
        };
        let until = [("until", ValueKind::Date)];
        assert_eq!(sale(Priority::Low, &until, "Sale\n\nUntil {{until}}"), Ok(()), "name and sender may be left out");
        assert_eq!(sale(Priority::Low, &until, "Sale\n\n{{name}}, until {{until}}"), Ok(()));
        assert_eq!(sale(Priority::Medium, &until, "Sale\n\nUntil {{until}}"), Ok(()));
        for urgent in [Priority::Critical, Priority::High] {
            assert_eq!(sale(urgent, &until, "Sale\n\nUntil {{until}}"), Err(TextError::TooUrgent));
            let stored = text("own_sale", Some(own(urgent, &until)), &[(Locale::En, "Sale\n\nUntil {{until}}")]);
            assert_eq!(KindOf::of(&stored.key, Some(&stored)).unwrap().priority, Priority::Medium);
        }
        let twice = |name: &str| Err(TextError::Twice { name: name.to_owned() });
        assert_eq!(sale(Priority::Low, &[until[0], until[0]], "S\n\n{{until}}"), twice("until"));
        assert_eq!(sale(Priority::Low, &[("name", ValueKind::Text)], "S\n\n{{name}}"), twice("name"));
        assert_eq!(sale(Priority::Low, &[("a b", ValueKind::Text)], "S\n\nx"), Err(TextError::NotOwn));
        assert_eq!(text("own_sale", None, &[(Locale::En, "a\n\nb")]).check(), Err(TextError::NotOwn));
        let welcome = text("welcome", Some(own(Priority::Low, &[])), &[(Locale::En, "a\n\nb")]);
        assert_eq!(welcome.check(), Err(TextError::NotOwn));
        assert!(catalogue::ALL.iter().all(|kind| !kind.key.parse::<TextKey>().unwrap().is_own()));
    }

    #[test]
    fn what_is_about_security_has_the_built_in_text_whatever_is_stored() {
        for built_in in catalogue::ALL.into_iter().filter(|kind| kind.priority == Priority::Critical) {
            let own = text(built_in.key, None, &[(Locale::En, built_in.source(Locale::En))]);
            assert_eq!(own.check(), Err(TextError::BuiltInOnly), "{}", built_in.key);
            let kind = KindOf::of(&own.key, Some(&own)).unwrap();
            assert_eq!(kind.source(Locale::En), Some((built_in.source(Locale::En), false)));
            assert_eq!(kind.written_in().count(), 0);
        }
    }

    #[test]
    fn a_stored_text_that_compiles_no_more_gives_way_to_the_built_in_one() {
        let key: TextKey = "welcome".parse().unwrap();
        let stale = text("welcome", None, &[(Locale::En, "Hi {{nobody}}\n\nHello")]);
        let kind = KindOf::of(&key, Some(&stale)).unwrap();
        let values = Values::new().text("name", "Budi").text("sender", "Toko");
        let rendered = kind.template(Locale::En).unwrap().render(Locale::En, &values).unwrap();
        assert_eq!(rendered.subject, "Welcome to Toko");
        let mine = text("welcome", None, &[(Locale::En, "Hi {{name}}\n\nFrom {{sender}}")]);
        let kind = KindOf::of(&key, Some(&mine)).unwrap();
        let subject = |language| kind.template(language).unwrap().render(language, &values).unwrap().subject;
        assert_eq!((subject(Locale::En).as_str(), subject(Locale::Id).as_str()), ("Hi Budi", "Selamat datang di Toko"));
    }

    #[test]
    fn a_kind_of_ones_own_speaks_the_language_that_it_has() {
        let sale = text("own_sale", Some(own(Priority::Low, &[])), &[(Locale::En, "Sale\n\nToday")]);
        let kind = KindOf::of(&sale.key, Some(&sale)).unwrap();
        assert_eq!(kind.source(Locale::Id), Some(("Sale\n\nToday", true)));
        let gone = TenantText { texts: BTreeMap::new(), version: 2, ..sale };
        assert_eq!(KindOf::of(&gone.key, Some(&gone)), None);
    }
}
