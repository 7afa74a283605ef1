//! Which of RajaOngkir's places an address is in.

use crate::ShippingAddress;

use super::wire::RajaPlace;

/// What to search for: the postal code, and without one the district and the city.
pub(super) fn wanted(address: &ShippingAddress) -> String {
    let postal = address.postal();
    if is_postal(&postal) {
        return postal;
    }
    let district = address.district.as_ref().map(|district| format!("{} ", district.as_str())).unwrap_or_default();
    format!("{district}{}", address.city.as_str())
}

/// Five digits.
fn is_postal(text: &str) -> bool {
    text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit())
}

/// The place that an address is in: of those with its postal code the one of its district, else any of them; without a
/// postal code one of its city.
pub(super) fn best(found: &[RajaPlace], address: &ShippingAddress) -> Option<u64> {
    let postal = address.postal();
    let district = address.district.as_ref().map(crate::ShippingLine::plain);
    let same_district = |place: &&RajaPlace| Some(plain(&place.district_name)) == district;
    let candidates: Vec<&RajaPlace> = if is_postal(&postal) {
        found.iter().filter(|place| place.zip_code == postal).collect()
    } else {
        let city = address.city.plain();
        found.iter().filter(|place| fits_city(&plain(&place.city_name), &city)).collect()
    };
    let place = candidates.iter().copied().find(|place| same_district(place)).or(candidates.first().copied())?;
    Some(place.id)
}

/// `kotabandung` and `kabupatenbandung` are both called Bandung.
fn fits_city(theirs: &str, ours: &str) -> bool {
    let bare = ["kota", "kabupaten", "kab"].iter().find_map(|kind| ours.strip_prefix(kind)).unwrap_or(ours);
    !bare.is_empty() && (theirs == ours || theirs == bare)
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::tests::{bandung, line};

    fn place(id: u64, city: &str, district: &str, zip: &str) -> RajaPlace {
        RajaPlace { id, city_name: city.to_owned(), district_name: district.to_owned(), zip_code: zip.to_owned() }
    }

    #[test]
    fn a_postal_code_finds_the_place_and_the_district_the_right_one_of_several() {
        let found = [
            place(1, "BANDUNG", "CICENDO", "40171"),
            place(2, "BANDUNG", "REGOL", "40111"),
            place(3, "BANDUNG", "SUMUR BANDUNG", "40111"),
        ];
        assert_eq!(wanted(&bandung()), "40111");
        assert_eq!(best(&found, &bandung()), Some(3));
        assert_eq!(best(&found[..2], &bandung()), Some(2));
        assert_eq!(best(&found[..1], &bandung()), None, "another postal code is another place");
    }

    #[test]
    fn without_a_postal_code_the_city_is_searched_for() {
        let address = ShippingAddress { postal_code: None, city: line("Kota Bandung"), ..bandung() };
        assert_eq!(wanted(&address), "Sumur Bandung Kota Bandung");
        assert_eq!(best(&[place(3, "BANDUNG", "SUMUR BANDUNG", "40111")], &address), Some(3));
        assert_eq!(best(&[place(4, "BANDUNG BARAT", "LEMBANG", "40391")], &address), None);
        assert_eq!(best(&[], &address), None);
    }
}
