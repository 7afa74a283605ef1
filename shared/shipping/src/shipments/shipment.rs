//! A shipment: parcels on their way to one recipient.

use jiff::SignedDuration;
use kernel::{Money, OrderId, Party, ShipmentId, Timestamp};
use serde::{Deserialize, Serialize};
use table::Record;
use utoipa::ToSchema;

use crate::{
    BoughtLabel, CourierCode, LabelOrder, Parcel, ParcelGrams, ParcelSides, ServiceCode, ShippingAddress,
    ShippingCarrier, ShippingError, TrackingCode, TrackingStanding, TrackingStatus, bounds::PARCELS_MAX,
};

/// How long one label is bought by one call or worker alone.
const LEASE: SignedDuration = SignedDuration::from_secs(60);

/// How far a shipment is with its labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShipmentState {
    /// Labels are being bought.
    Buying,
    /// Each parcel has its number.
    Ready,
    /// The carrier refused a label; those that were bought before it stand at their parcels.
    Failed,
}

/// Who sends to whom, and where the labels are. Goes 90 days after the end of the shipment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ShipmentPeople {
    /// From where.
    pub from: ShippingAddress,
    /// To where.
    pub to: ShippingAddress,
    /// Where the label of each parcel is printed from, as far as labels were bought.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// Why the carrier refused, in its words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
}

/// A parcel of a shipment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ShippedParcel {
    /// What it weighs.
    pub weight_grams: ParcelGrams,
    /// How large it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sides: Option<ParcelSides>,
    /// Its number at the courier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking_code: Option<TrackingCode>,
    /// What the carrier calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_id: Option<String>,
    /// What the carrier calls its tracking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracker_id: Option<String>,
    /// What its label cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Money>,
    /// Where it is, as far as anything was seen of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<TrackingStanding>,
}

/// A shipment, as stored. A change raises `version` by one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Shipment {
    /// Its id.
    pub id: ShipmentId,
    /// Who receives it.
    pub party: Party,
    /// Of which order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<OrderId>,
    /// Through whom.
    pub carrier: ShippingCarrier,
    /// Who carries it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub courier: Option<CourierCode>,
    /// By which service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceCode>,
    /// How far it is with its labels.
    pub state: ShipmentState,
    /// Who sends to whom; missing once that was forgotten.
    #[serde(with = "table::personal", default, skip_serializing_if = "Option::is_none")]
    pub people: Option<ShipmentPeople>,
    /// Its parcels.
    pub parcels: Vec<ShippedParcel>,
    /// Until when somebody is buying a label of it; nobody else does meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leased_until: Option<Timestamp>,
    /// What each label may cost at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_price: Option<Money>,
    /// Where it is by its parcels.
    pub status: TrackingStatus,
    /// When its recipient was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<Timestamp>,
    /// How often its carrier was asked where it is.
    #[serde(default)]
    pub asked: u16,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Raised by every change, from 1.
    pub version: u64,
}

impl Record for Shipment {
    const ROWS: &'static [&'static str] = &["SHIPMENT#{shipment} / SHIPMENT"];
}

/// What a shipment is made from.
#[derive(Clone, Debug)]
pub struct NewShipment {
    /// The new id.
    pub id: ShipmentId,
    /// Who receives it.
    pub party: Party,
    /// Of which order.
    pub order_id: Option<OrderId>,
    /// Through whom.
    pub carrier: ShippingCarrier,
    /// Who carries it.
    pub courier: Option<CourierCode>,
    /// By which service.
    pub service: Option<ServiceCode>,
    /// From where.
    pub from: ShippingAddress,
    /// To where.
    pub to: ShippingAddress,
    /// What, each with its number where it has one already.
    pub parcels: Vec<(Parcel, Option<TrackingCode>)>,
    /// What each label may cost at most.
    pub max_price: Option<Money>,
}

impl Shipment {
    /// A new one: ready where each parcel has its number, and otherwise one whose labels are to be bought.
    ///
    /// # Errors
    /// `Parcels`, `Shipment`.
    pub fn plan(new: NewShipment, now: Timestamp) -> Result<Self, ShippingError> {
        if new.parcels.is_empty() || new.parcels.len() > PARCELS_MAX {
            return Err(ShippingError::Parcels);
        }
        let codes: Vec<&TrackingCode> = new.parcels.iter().filter_map(|(_, code)| code.as_ref()).collect();
        if crate::zones::zone::twice(&codes) {
            return Err(ShippingError::Shipment("each parcel has a tracking code of its own"));
        }
        let state = match codes.len() {
            0 => new.may_be_bought().map(|()| ShipmentState::Buying)?,
            all if all == new.parcels.len() => new.may_be_recorded().map(|()| ShipmentState::Ready)?,
            _ => return Err(ShippingError::Shipment("give the tracking codes of all parcels, or of none")),
        };
        let parcels = new.parcels.into_iter().map(|(parcel, tracking_code)| ShippedParcel {
            weight_grams: parcel.weight,
            sides: parcel.sides,
            tracking_code,
            provider_id: None,
            tracker_id: None,
            cost: None,
            standing: None,
        });
        Ok(Self {
            id: new.id,
            party: new.party,
            order_id: new.order_id,
            carrier: new.carrier,
            courier: new.courier,
            service: new.service,
            state,
            people: Some(ShipmentPeople { from: new.from, to: new.to, labels: Vec::new(), refusal: None }),
            parcels: parcels.collect(),
            max_price: new.max_price,
            status: TrackingStatus::Unknown,
            erased_at: None,
            leased_until: None,
            asked: 0,
            created_at: now,
            updated_at: now,
            version: 1,
        })
    }

    /// The labels that are still to be bought: the place of each parcel, and what to order.
    pub fn labels_to_buy(&self) -> Vec<(usize, LabelOrder)> {
        let (Some(people), Some(courier), Some(service)) = (&self.people, &self.courier, &self.service) else {
            return Vec::new();
        };
        let open = self.parcels.iter().enumerate().filter(|(_, parcel)| parcel.tracking_code.is_none());
        open.map(|(place, parcel)| {
            let order = LabelOrder {
                // Not the id as it is: EasyPost's own ids begin as ours do.
                reference: format!("ruko-{}-{place}", self.id.ulid()),
                from: people.from.clone(),
                to: people.to.clone(),
                parcel: Parcel { weight: parcel.weight_grams, sides: parcel.sides },
                courier: courier.clone(),
                service: service.clone(),
                max_price: self.max_price,
            };
            (place, order)
        })
        .collect()
    }

    /// The shipment while somebody buys its next label: a minute, which is longer than the calls of one label take. `None` when
    /// somebody else does.
    pub fn leased(&self, now: Timestamp) -> Option<Self> {
        if self.leased_until.is_some_and(|until| now < until) {
            return None;
        }
        Some(Self { leased_until: Some(now.plus(LEASE)), updated_at: self.updated_at, ..self.clone().changed(now) })
    }

    /// The shipment when nobody buys a label of it any more.
    pub fn left(self, now: Timestamp) -> Self {
        Self { leased_until: None, updated_at: self.updated_at, ..self.changed(now) }
    }

    /// The shipment with the label of a parcel: ready once it was the last one.
    pub fn with_label(self, place: usize, label: BoughtLabel, now: Timestamp) -> Self {
        let mut changed = Self { leased_until: None, ..self.changed(now) };
        if let Some(parcel) = changed.parcels.get_mut(place) {
            parcel.tracking_code = Some(label.tracking_code);
            parcel.provider_id = Some(label.provider_id);
            parcel.tracker_id = label.tracker_id;
            parcel.cost = Some(label.cost);
        }
        if let Some(people) = &mut changed.people {
            people.labels.push(label.url);
        }
        if changed.parcels.iter().all(|parcel| parcel.tracking_code.is_some()) {
            changed.state = ShipmentState::Ready;
        }
        changed
    }

    /// The shipment that its carrier refused.
    pub fn refused(self, reason: String, now: Timestamp) -> Self {
        let changed = self.changed(now);
        let people = changed.people.map(|people| ShipmentPeople { refusal: Some(reason), ..people });
        Self { state: ShipmentState::Failed, leased_until: None, people, ..changed }
    }

    /// What its labels cost together, as far as they were bought.
    pub fn cost(&self) -> Option<Money> {
        let mut costs = self.parcels.iter().filter_map(|parcel| parcel.cost);
        let first = costs.next()?;
        costs.try_fold(first, Money::checked_add).ok()
    }

    /// Who carries it and the numbers of its parcels: none of both where nobody is named or nothing has a number.
    pub fn known_as(&self) -> (Option<&str>, Vec<&str>) {
        let carrier = match (&self.courier, self.carrier) {
            (Some(courier), _) => Some(courier.as_str()),
            (None, ShippingCarrier::Own) => None,
            (None, ShippingCarrier::RajaOngkir | ShippingCarrier::EasyPost) => Some(self.carrier.as_str()),
        };
        let numbers = self.parcels.iter().filter_map(|parcel| parcel.tracking_code.as_ref());
        (carrier, numbers.map(TrackingCode::as_str).collect())
    }

    /// The shipment without who sends to whom.
    pub fn forgotten(self, now: Timestamp) -> Self {
        Self { people: None, updated_at: self.updated_at, ..self.changed(now) }
    }

    /// The shipment of a recipient who was erased: who sends to whom is forgotten as soon as it is over. `None` when that was said
    /// before, or all is forgotten.
    #[must_use]
    pub fn of_erased(self, now: Timestamp) -> Option<Self> {
        if self.erased_at.is_some() || self.people.is_none() {
            return None;
        }
        let updated_at = self.updated_at;
        Some(Self { erased_at: Some(now), updated_at, ..self.changed(now) })
    }

    pub(crate) fn changed(self, now: Timestamp) -> Self {
        Self { updated_at: now, version: self.version + 1, ..self }
    }
}

impl NewShipment {
    fn may_be_bought(&self) -> Result<(), ShippingError> {
        if !self.carrier.sells_labels() {
            return Err(ShippingError::Shipment(
                "labels of this carrier are not bought here: give the tracking codes of all parcels",
            ));
        }
        if self.courier.is_none() || self.service.is_none() {
            return Err(ShippingError::Shipment("name the courier and the service, as a quote names them"));
        }
        if self.from.country != self.to.country {
            return Err(ShippingError::Shipment(
                "a label to another country needs a customs declaration: buy it at the carrier, and give its tracking code",
            ));
        }
        Ok(())
    }

    fn may_be_recorded(&self) -> Result<(), ShippingError> {
        match (self.carrier, &self.courier) {
            (ShippingCarrier::RajaOngkir, None) => {
                Err(ShippingError::Shipment("name the courier, who is asked where the parcels are"))
            }
            (ShippingCarrier::Own | ShippingCarrier::RajaOngkir | ShippingCarrier::EasyPost, _) => Ok(()),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use kernel::{Currency, CustomerId};
    use ulid::Ulid;

    use super::*;
    use crate::{address::tests::bandung, parcels::divisor::tests::parcel};

    pub(crate) fn at(second: i64) -> Timestamp {
        let start: Timestamp = "2026-12-01T00:00:00Z".parse().unwrap();
        start.plus(jiff::SignedDuration::from_secs(second))
    }

    pub(crate) fn new(carrier: ShippingCarrier, codes: &[Option<&str>]) -> NewShipment {
        let code = |code: &&str| TrackingCode::try_from((*code).to_owned()).unwrap();
        NewShipment {
            id: ShipmentId::new(Ulid::from(1_u128)),
            party: Party::Customer(CustomerId::new(Ulid::from(2_u128))),
            order_id: None,
            carrier,
            courier: Some("USPS".to_owned().try_into().unwrap()),
            service: Some("GroundAdvantage".to_owned().try_into().unwrap()),
            from: bandung(),
            to: bandung(),
            parcels: codes.iter().map(|one| (parcel(1200, None), one.as_ref().map(code))).collect(),
            max_price: None,
        }
    }

    pub(crate) fn label(code: &str) -> BoughtLabel {
        BoughtLabel {
            provider_id: format!("shp_{code}"),
            tracker_id: Some(format!("trk_{code}")),
            tracking_code: code.to_owned().try_into().unwrap(),
            url: "https://example.com/label.png".to_owned(),
            cost: Money::new(607, Currency::USD),
        }
    }

    #[test]
    fn it_is_ready_when_the_last_label_is_bought() {
        let planned = Shipment::plan(new(ShippingCarrier::EasyPost, &[None, None]), at(0)).unwrap();
        let orders = planned.labels_to_buy();
        assert_eq!((orders.len(), planned.state), (2, ShipmentState::Buying));
        assert_ne!(orders[0].1.reference, orders[1].1.reference);
        assert!(!orders[0].1.reference.starts_with("shp_"));
        let half = planned.with_label(0, label("A1"), at(1));
        assert_eq!((half.labels_to_buy().len(), half.state), (1, ShipmentState::Buying));
        let whole = half.with_label(1, label("A2"), at(2));
        assert_eq!((whole.labels_to_buy().len(), whole.state), (0, ShipmentState::Ready));
        assert_eq!((whole.cost(), whole.version), (Some(Money::new(1214, Currency::USD)), 3));
        assert!(whole.forgotten(at(3)).people.is_none());
    }

    #[test]
    fn a_label_is_bought_by_one_alone_for_a_minute() {
        let planned = Shipment::plan(new(ShippingCarrier::EasyPost, &[None]), at(0)).unwrap();
        let mine = planned.leased(at(5)).unwrap();
        assert_eq!((mine.version, mine.updated_at, mine.leased(at(64))), (2, planned.updated_at, None));
        assert!(mine.leased(at(65)).is_some(), "whoever had it is dead");
        assert!(mine.clone().left(at(6)).leased(at(7)).is_some());
        assert_eq!(mine.clone().with_label(0, label("A"), at(7)).leased_until, None);
        assert_eq!(mine.refused("no".to_owned(), at(7)).leased_until, None);
    }

    #[test]
    fn what_was_bought_elsewhere_is_ready_at_once() {
        let made = Shipment::plan(new(ShippingCarrier::RajaOngkir, &[Some("A"), Some("B")]), at(0)).unwrap();
        assert_eq!((made.state, made.status), (ShipmentState::Ready, TrackingStatus::Unknown));
    }

    #[test]
    fn a_shipment_that_makes_no_sense_is_refused() {
        let abroad = crate::address::tests::san_francisco();
        for bad in [
            new(ShippingCarrier::EasyPost, &[]),
            new(ShippingCarrier::EasyPost, &[None; 11]),
            new(ShippingCarrier::EasyPost, &[None, Some("A")]),
            new(ShippingCarrier::Own, &[Some("A"), Some("A")]),
            new(ShippingCarrier::Own, &[None]),
            new(ShippingCarrier::RajaOngkir, &[None]),
            NewShipment { courier: None, ..new(ShippingCarrier::RajaOngkir, &[Some("A")]) },
            NewShipment { service: None, ..new(ShippingCarrier::EasyPost, &[None]) },
            NewShipment { to: abroad, ..new(ShippingCarrier::EasyPost, &[None]) },
        ] {
            assert!(Shipment::plan(bad.clone(), at(0)).is_err(), "{bad:?}");
        }
    }
}
