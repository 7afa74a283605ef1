//! How a tenant looks to its people: in mails, on pages and on documents.

use events::tenant::BrandingSettings;
use kernel::{Color, Email, fits_on_a_line};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    DomainName, TenantName,
    settings::{logo::LogoDigest, support_url::SupportUrl},
};

/// How a tenant looks. What it leaves out is as the platform has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Branding {
    /// What people know it by; the tenant's name when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_name: Option<TenantName>,
    /// In whose name mails come; the product's when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender_name: Option<TenantName>,
    /// Of buttons, and of the band above pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary_color: Option<Color>,
    /// Of lines and headings, on mails and documents: it stands out on white paper.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accent_color: Option<Color>,
    /// Its picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<LogoDigest>,
    /// Where questions go, and answers to mails. It is printed in every mail, so it is nobody's secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub support_email: Option<Email>,
    /// Where help is found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub support_url: Option<SupportUrl>,
    /// What stands beneath every mail and page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub footer: Option<BrandFooter>,
    /// Which of its own domains links for its people begin with; it counts while the domain is its own, and goes with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_domain: Option<DomainName>,
}

/// What stands beneath a tenant's mails and pages: 1 to 200 characters on one line, none of them hidden.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "A line beneath mails and pages", value_type = String, format = "trimmed-plain-line", min_length = 1,
    max_length = 200, example = "PT Toko Sinar Abadi, Jl. Asia Afrika 8, Bandung"
)]
pub struct BrandFooter(String);

impl BrandFooter {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for BrandFooter {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if fits_on_a_line(&text, 200) {
            Ok(Self(text))
        } else {
            Err("use 1 to 200 characters on one line, without blanks around them and invisible ones")
        }
    }
}

impl From<BrandFooter> for String {
    fn from(footer: BrandFooter) -> Self {
        footer.0
    }
}

impl Branding {
    /// Whether nothing was chosen.
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// Whether lines and headings in the accent could be seen on white paper.
    pub fn accent_is_visible(&self) -> bool {
        self.accent_color.is_none_or(Color::stands_out_on_paper)
    }
}

impl From<&Branding> for BrandingSettings {
    fn from(branding: &Branding) -> Self {
        let Branding {
            product_name,
            sender_name,
            primary_color,
            accent_color,
            logo,
            support_email,
            support_url,
            footer,
            link_domain,
        } = branding.clone();
        Self {
            product_name: product_name.map(Into::into),
            sender_name: sender_name.map(Into::into),
            primary_color,
            accent_color,
            logo: logo.map(Into::into),
            support_email,
            support_url: support_url.map(Into::into),
            footer: footer.map(Into::into),
            link_domain: link_domain.map(Into::into),
        }
    }
}

impl TryFrom<BrandingSettings> for Branding {
    type Error = String;

    fn try_from(told: BrandingSettings) -> Result<Self, String> {
        fn read<T: TryFrom<String>>(text: Option<String>) -> Result<Option<T>, String>
        where
            T::Error: std::fmt::Display,
        {
            text.map(T::try_from).transpose().map_err(|why| why.to_string())
        }
        Ok(Self {
            product_name: read(told.product_name)?,
            sender_name: read(told.sender_name)?,
            primary_color: told.primary_color,
            accent_color: told.accent_color,
            logo: read(told.logo)?,
            support_email: told.support_email,
            support_url: read(told.support_url)?,
            footer: read(told.footer)?,
            link_domain: read(told.link_domain)?,
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;

    /// A tenant's look with all that there is.
    pub(crate) fn whole() -> Branding {
        serde_json::from_value(json!({
            "productName": "Sinar", "senderName": "Tim Sinar", "primaryColor": "#fde047", "accentColor": "#1a6b54",
            "logo": "0123456789abcdef".repeat(4), "supportEmail": "bantuan@sinar.example",
            "supportUrl": "https://sinar.example/bantuan", "footer": "PT Sinar Abadi, Bandung", "linkDomain": "app.sinar.id",
        }))
        .unwrap()
    }

    #[test]
    fn what_an_event_tells_of_a_look_is_that_look() {
        for look in [whole(), Branding::default()] {
            assert_eq!(Branding::try_from(BrandingSettings::from(&look)), Ok(look));
        }
        let bad = BrandingSettings { footer: Some("a\nb".to_owned()), ..BrandingSettings::from(&whole()) };
        assert!(Branding::try_from(bad).is_err());
    }

    #[test]
    fn a_pale_accent_is_seen_on_no_paper() {
        assert!(whole().accent_is_visible() && Branding::default().accent_is_visible());
        let pale = Branding { accent_color: whole().primary_color, ..whole() };
        assert!(!pale.accent_is_visible());
    }
}
