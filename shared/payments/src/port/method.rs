//! Ways to pay.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A way to pay. Which provider offers it, and for which amounts, stands in its capabilities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PaymentMethod)]
pub enum Method {
    /// Transfer to a virtual account at BCA.
    BcaVa,
    /// Transfer to a virtual account at BNI.
    BniVa,
    /// Transfer to a virtual account at BRI.
    BriVa,
    /// Transfer to a virtual account at Permata.
    PermataVa,
    /// Transfer to a virtual account at CIMB Niaga.
    CimbVa,
    /// A bill at Mandiri.
    MandiriBill,
    /// The `GoPay` wallet.
    Gopay,
    /// The `ShopeePay` wallet.
    Shopeepay,
    /// A QRIS code, which every Indonesian wallet and banking app reads.
    Qris,
    /// Cash at an Indomaret till.
    Indomaret,
    /// Cash at an Alfamart till.
    Alfamart,
    /// A card, by the token that the provider's script made in the payer's browser.
    Card,
    /// A transfer to the merchant's own account, which staff has seen there.
    BankTransfer,
    /// The DANA wallet, on a page of Midtrans'.
    Dana,
    /// Any way that Midtrans' own page offers: the payer chooses there, a card among them.
    MidtransPage,
    /// A card on Stripe's own page, which asks the payer for it there.
    StripePage,
}

impl Method {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::BcaVa,
        Self::BniVa,
        Self::BriVa,
        Self::PermataVa,
        Self::CimbVa,
        Self::MandiriBill,
        Self::Gopay,
        Self::Shopeepay,
        Self::Qris,
        Self::Indomaret,
        Self::Alfamart,
        Self::Card,
        Self::BankTransfer,
        Self::Dana,
        Self::MidtransPage,
        Self::StripePage,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_has_its_stored_name() {
        let names: Vec<_> = Method::ALL
            .iter()
            .map(|method| serde_json::to_value(method).unwrap().as_str().unwrap().to_owned())
            .collect();
        assert_eq!(
            names,
            [
                "bca_va",
                "bni_va",
                "bri_va",
                "permata_va",
                "cimb_va",
                "mandiri_bill",
                "gopay",
                "shopeepay",
                "qris",
                "indomaret",
                "alfamart",
                "card",
                "bank_transfer",
                "dana",
                "midtrans_page",
                "stripe_page"
            ]
        );
    }
}
