//! QRIS payloads: `EMVCo`'s merchant-presented codes, tags and lengths with a CRC at the end.

use super::transaction::rupiah;

/// The content of the QR code for one transaction.
pub(super) fn qr_string(transaction_id: &str, gross_amount: i64) -> String {
    let merchant = [
        field("00", "COM.GO-JEK.WWW"),
        field("01", "936009143379181825"),
        field("02", "G379181825"),
        field("03", "UKE"),
    ];
    let national = [field("00", "ID.CO.QRIS.WWW"), field("02", "AID772051375229"), field("03", "UKE")];
    let additional = [field("50", transaction_id), field("07", "A01")];
    let mut text = [
        field("00", "01"),
        field("01", "12"),
        field("26", &merchant.concat()),
        field("51", &national.concat()),
        field("52", "5399"),
        field("53", "360"),
        field("54", &rupiah(gross_amount)),
        field("58", "ID"),
        field("59", "RUKO LOCAL"),
        field("60", "JAKARTA"),
        field("61", "10110"),
        field("62", &additional.concat()),
    ]
    .concat();
    text.push_str("6304");
    let checksum = crc16(text.as_bytes());
    format!("{text}{checksum:04X}")
}

fn field(tag: &str, value: &str) -> String {
    format!("{tag}{:02}{value}", value.len())
}

/// CRC-16/CCITT-FALSE: polynomial 0x1021, start 0xFFFF.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |crc, byte| {
        (0..8).fold(
            crc ^ (u16::from(*byte) << 8),
            |crc, _| {
                if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
            },
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_midtrans_own_sample() {
        let sample = "00020101021226620014COM.GO-JEK.WWW011993600914337918182570210G3791818250303UKE51440014ID.CO.QRIS.WWW0215AID7720513752290303UKE5204359353033605802ID5910PAPI LIVE26005KUKAR6105755535409100000.0062475036b1855b6c-70ab-4449-9778-61b8ffe43fd20703A016304";
        assert_eq!(format!("{:04X}", crc16(sample.as_bytes())), "C385");
    }

    #[test]
    fn the_amount_and_the_currency_stand_in_it() {
        let text = qr_string("30a689ba-7251-4052-b8a0-f677fd53e1be", 100_000);
        assert!(text.contains("5303360") && text.contains("5409100000.00"), "{text}");
        let (head, crc) = text.split_at(text.len() - 4);
        assert_eq!(format!("{:04X}", crc16(head.as_bytes())), crc);
    }
}
