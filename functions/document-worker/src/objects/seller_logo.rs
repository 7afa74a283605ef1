//! The logo that a document is printed with: the one that its seller had at the issue, by its content.

use cloud::{Ctx, EventError};
use kernel::TenantId;
use table::TenantScope;
use tenancy::{limits::KeptFiles, logo_path};

use crate::logo::Logo;

/// The logo of a seller, if it had one; it stays for this document. One object and one read, and one write for the first document.
///
/// # Errors
/// The object store does not answer. A logo that is gone or cannot be shown is left out: the invoice matters more.
pub(crate) async fn seller_logo(
    ctx: &Ctx,
    tenant: TenantId,
    seller: &billing::Seller,
) -> Result<Option<Logo>, EventError> {
    let Some(digest) = &seller.brand.logo else { return Ok(None) };
    let path = logo_path(tenant, digest);
    KeptFiles::new(ctx.table(), TenantScope::new(tenant)).print_logo(&path, ctx.now()).await?;
    let found = ctx.get_object(&path).await?;
    let logo = found.and_then(|bytes| Logo::parse(bytes).ok());
    if logo.is_none() {
        tracing::warn!(tenant.id = %tenant, "a document is printed without its logo");
    }
    Ok(logo)
}

#[cfg(test)]
mod tests {
    use billing::{Invoice, SellerBrand};
    use testkit::Stack;

    use super::*;
    use crate::{document::InvoiceDocument, printed::printed, typesetting::render::render};

    /// One grey pixel.
    const PIXEL: [u8; 67] = [
        0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00,
        0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00, 0x00, 0x3a, 0x7e, 0x9b, 0x55, 0x00, 0x00, 0x00,
        0x0a, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0x68, 0x00, 0x00, 0x00, 0x82, 0x00, 0x81, 0x77, 0xcd, 0x72,
        0xb6, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
    ];
    const DIGEST: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[tokio::test]
    async fn a_document_is_printed_with_the_logo_of_its_issue_and_without_one_that_is_gone() {
        let stack = Stack::start().await;
        let (tenant, _) = stack.tenant("toko-a").await;
        let ctx = stack.ctx();
        let mut invoice: Invoice =
            serde_json::from_str(include_str!("../../../../shared/billing/src/golden/invoice.json")).unwrap();
        assert_eq!(seller_logo(ctx, tenant.id, &invoice.seller).await.unwrap(), None, "it had none");
        invoice.seller.brand = SellerBrand { logo: Some(DIGEST.to_owned()), ..SellerBrand::default() };
        assert_eq!(seller_logo(ctx, tenant.id, &invoice.seller).await.unwrap(), None, "it is gone");
        ctx.put_object(&logo_path(tenant.id, DIGEST), "image/png", b"no picture".to_vec()).await.unwrap();
        assert_eq!(seller_logo(ctx, tenant.id, &invoice.seller).await.unwrap(), None, "it cannot be shown");
        ctx.put_object(&logo_path(tenant.id, DIGEST), "image/png", PIXEL.to_vec()).await.unwrap();
        let logo = seller_logo(ctx, tenant.id, &invoice.seller).await.unwrap().unwrap();
        let with = |logo| {
            let mut document: InvoiceDocument = printed(&invoice, invoice.total).unwrap();
            document.seller.logo = logo;
            render(&document).unwrap()
        };
        let (plain, shown) = (with(None), with(Some(logo.clone())));
        assert!(shown != plain && shown == with(Some(logo)), "the same each time");
        let (other, _) = stack.tenant("toko-b").await;
        assert_eq!(
            seller_logo(ctx, other.id, &invoice.seller).await.unwrap(),
            None,
            "another tenant's is not looked for"
        );
    }
}
