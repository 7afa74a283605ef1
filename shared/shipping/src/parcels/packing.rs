//! What is to be sent as one parcel.

use crate::{Parcel, ParcelGrams, ParcelSide, ParcelSides, ShippingError, bounds::ITEMS_MAX};

/// So many of a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShippedItem {
    /// One of them.
    pub one: Parcel,
    /// How many, from 1.
    pub quantity: u32,
}

/// All items in one parcel, stacked on one another: as long and as wide as the largest, and as high as all together. Where
/// the size of one is unknown, that of the parcel is.
///
/// # Errors
/// `Items`: none, too many, none of one, or more than a parcel can be.
pub fn packed(items: &[ShippedItem]) -> Result<Parcel, ShippingError> {
    let fault = ShippingError::Items;
    if items.is_empty() || items.len() > ITEMS_MAX || items.iter().any(|item| item.quantity == 0) {
        return Err(fault);
    }
    let each = |item: &ShippedItem| u64::from(item.one.weight.get()) * u64::from(item.quantity);
    let grams: u64 = items.iter().map(each).sum();
    let grams = u32::try_from(grams).ok().and_then(|grams| ParcelGrams::try_from(grams).ok()).ok_or(fault)?;
    let sides: Option<Vec<(ParcelSides, u32)>> =
        items.iter().map(|item| item.one.sides.map(|sides| (sides, item.quantity))).collect();
    let sides = sides.map(|all| stacked(&all).ok_or(ShippingError::Items)).transpose()?;
    Ok(Parcel { weight: grams, sides })
}

fn stacked(all: &[(ParcelSides, u32)]) -> Option<ParcelSides> {
    // Each lies on its largest face.
    let lying = all.iter().map(|(sides, quantity)| {
        let mut order = [sides.length, sides.width, sides.height];
        order.sort_unstable();
        let [height, width, length] = order;
        (length, width, u64::from(height.get()) * u64::from(*quantity))
    });
    let (mut length, mut width, mut height) = (None, None, 0_u64);
    for (long, wide, high) in lying {
        length = length.max(Some(long));
        width = width.max(Some(wide));
        height += high;
    }
    let height = ParcelSide::try_from(u32::try_from(height).ok()?).ok()?;
    Some(ParcelSides { length: length?, width: width?, height })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parcels::divisor::tests::parcel;

    #[test]
    fn items_are_stacked() {
        let items = [
            ShippedItem { one: parcel(400, Some([20, 300, 200])), quantity: 3 },
            ShippedItem { one: parcel(100, Some([350, 10, 10])), quantity: 1 },
        ];
        assert_eq!(packed(&items), Ok(parcel(1300, Some([350, 200, 70]))));
        let unknown = [items[0], ShippedItem { one: parcel(1, None), quantity: 1 }];
        assert_eq!(packed(&unknown), Ok(parcel(1201, None)));
    }

    #[test]
    fn what_is_no_parcel_is_refused() {
        let of = |grams, quantity| ShippedItem { one: parcel(grams, None), quantity };
        for bad in
            [vec![], vec![of(1, 0)], vec![of(10_000_000, 2)], vec![of(1, 1); 101], vec![of(10_000_000, u32::MAX)]]
        {
            assert_eq!(packed(&bad), Err(ShippingError::Items), "{}", bad.len());
        }
        let tall = ShippedItem { one: parcel(1, Some([100_000; 3])), quantity: 2 };
        assert_eq!(packed(&[tall]), Err(ShippingError::Items));
    }
}
