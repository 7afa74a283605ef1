//! How a tenant looks, as callers give and see it.

use kernel::{Color, Email};
use serde::{Deserialize, Serialize};
use tenancy::{BrandFooter, Branding, DomainName, LogoDigest, SupportUrl, Tenant, TenantName};
use utoipa::ToSchema;

/// How a tenant looks to its people: in mails, on pages and on documents. What is `null` is as the platform has it.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct BrandingSettings {
    /// What people know it by; the tenant's name when null.
    pub product_name: Option<TenantName>,
    /// In whose name mails come; the product's when null.
    pub sender_name: Option<TenantName>,
    /// Of buttons, and of the band above pages: any colour, since the letters on it are white or black, whichever can be read.
    pub primary_color: Option<Color>,
    /// Of lines and headings, on mails and documents: its contrast to white is 3:1 at least. Documents have it unless the
    /// billing settings say another.
    pub accent_color: Option<Color>,
    /// The picture at the top of mails, pages and documents.
    pub logo: Option<Logo>,
    /// Where questions and answers to mails go.
    pub support_email: Option<Email>,
    /// Where help is found.
    pub support_url: Option<SupportUrl>,
    /// What stands beneath mails and pages.
    pub footer: Option<BrandFooter>,
    /// Which of its own, verified domains links for its people begin with, in messages, on documents and in answers: one whose pages
    /// are those of this API. It is null again when the domain is deleted or lost.
    pub link_domain: Option<DomainName>,
}

/// A logo: a new one as `png`, or by `sha256` the one that is there already. An answer names it by `sha256`;
/// anybody sees it at `/brand/{tenant}/logo`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Logo {
    /// The SHA-256 of the logo that is there already, which stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<LogoDigest>,
    /// A new logo: a PNG as base64, of 65,536 bytes and 1,000 × 1,000 pixels at most.
    #[serde(default, skip_serializing)]
    #[schema(write_only, max_length = 87_384, content_encoding = "base64")]
    pub png: Option<String>,
}

impl From<&Tenant> for BrandingSettings {
    /// Of a domain for links that is the tenant's no more nothing is shown: none begins with it.
    fn from(tenant: &Tenant) -> Self {
        let (branding, link_domain) = (tenant.branding.clone(), tenant.link_domain().cloned());
        Self {
            product_name: branding.product_name,
            sender_name: branding.sender_name,
            primary_color: branding.primary_color,
            accent_color: branding.accent_color,
            logo: branding.logo.map(|digest| Logo { sha256: Some(digest), png: None }),
            support_email: branding.support_email,
            support_url: branding.support_url,
            footer: branding.footer,
            link_domain,
        }
    }
}

impl BrandingSettings {
    /// The look with this logo.
    pub(crate) fn with(self, logo: Option<LogoDigest>) -> Branding {
        Branding {
            product_name: self.product_name,
            sender_name: self.sender_name,
            primary_color: self.primary_color,
            accent_color: self.accent_color,
            logo,
            support_email: self.support_email,
            support_url: self.support_url,
            footer: self.footer,
            link_domain: self.link_domain,
        }
    }
}
