//! Ways to pay, and the amounts that each takes.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

/// A way to pay through Midtrans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
}

/// What stands in for "no upper bound": more than any invoice, and still far from overflow.
const UNBOUNDED: i64 = 999_999_999_999_999;

impl Method {
    /// All of them.
    pub const ALL: [Self; 12] = [
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
    ];

    /// The amounts in whole rupiah that the channel takes (facts/providers.md §4; wallets at their verified limit).
    pub const fn rupiah(self) -> RangeInclusive<i64> {
        match self {
            Self::BcaVa => 10_000..=20_000_000_000,
            Self::BniVa => 1..=UNBOUNDED,
            Self::BriVa => 1..=20_000_000_000,
            Self::PermataVa => 1..=9_999_999_999,
            Self::CimbVa => 1..=250_000_000,
            Self::MandiriBill => 1..=50_000_000_000,
            Self::Gopay | Self::Shopeepay => 1..=20_000_000,
            Self::Qris => 1..=10_000_000,
            Self::Indomaret => 10_000..=5_000_000,
            Self::Alfamart => 1..=5_000_000,
            Self::Card => 10_000..=999_999_999,
        }
    }
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
                "card"
            ]
        );
    }
}
