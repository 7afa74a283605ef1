//! What a carrier's answers do to a shipment: labels are bought and stored one by one, and what was seen moves its status.

use cloud::Ctx;
use events::{
    Cause,
    shipment::{ShipmentCreated, ShipmentUpdated},
};
use kernel::{CustomerId, Party, ShipmentId};
use shipping::{
    CarrierError, NEWS_MAX, Shipment, ShipmentState, Shipments, ToldBy, TrackAsk, TrackingEvent, TrackingNews,
};
use table::{
    Race, TableError, TenantScope, TransactError, Transaction,
    agenda::{self, DueKind},
    until_settled,
};

use crate::{
    CarriersError,
    accounts::{self, CarrierAccount},
};

/// The shipments of one tenant, and on whose behalf they are moved.
#[derive(Clone, Copy)]
pub struct Forwarder<'a> {
    /// The context.
    pub ctx: &'a Ctx,
    /// In which tenant.
    pub scope: TenantScope,
    /// What its events go back to.
    pub cause: &'a Cause,
}

/// What news did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Followed {
    /// Something was seen that was not known.
    Changed,
    /// All of it was known.
    Nothing,
}

impl Forwarder<'_> {
    /// The rows.
    pub fn shipments(&self) -> Shipments<'_> {
        Shipments::new(self.ctx.table(), self.scope)
    }

    /// A shipment, for the tenant's own work.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn shipment(&self, id: ShipmentId) -> Result<Option<Shipment>, TableError> {
        let found = self.shipments().get(id).await?;
        Ok(found.map(|shipment| shipment.trusted("a carrier's word is about the tenant's shipment")))
    }

    /// Adds a new shipment to a transaction with its place on the agenda, and, where it is ready, its event. The slots are of
    /// tracking codes that another shipment may have.
    ///
    /// # Errors
    /// `Corrupt` when something does not serialise.
    pub fn insert(
        &self,
        transaction: &mut Transaction,
        shipment: &Shipment,
        by: ToldBy,
    ) -> Result<Vec<table::Slot>, TableError> {
        let codes = self.shipments().insert(transaction, shipment)?;
        self.plan(transaction, shipment, by)?;
        if shipment.state == ShipmentState::Ready {
            self.tell_created(transaction, shipment)?;
        }
        Ok(codes)
    }

    /// Buys the labels that a shipment lacks, and stores each as soon as it is bought. Nobody else buys one of it meanwhile, and after an
    /// error the same call goes on where it stopped: a label is bought once. What the carrier refuses is stored with the shipment.
    ///
    /// # Errors
    /// `Carrier` for what it refuses or cannot say, `Busy` while somebody else buys a label of it, and those of the stores.
    pub async fn buy_labels(&self, shipment: Shipment) -> Result<Shipment, CarriersError> {
        let account = accounts::get(self.ctx, self.scope, shipment.carrier).await?;
        let mut shipment = shipment;
        while shipment.state == ShipmentState::Buying && !shipment.labels_to_buy().is_empty() {
            let Some(leased) = shipment.leased(self.ctx.now()) else { return Err(CarriersError::Busy) };
            let mut transaction = Transaction::new();
            self.shipments().save(&mut transaction, &leased)?;
            shipment = match self.ctx.table().transact(transaction).await {
                Ok(()) => self.buy_next(&account, leased).await?,
                // Somebody else was faster, with this label or with another change.
                Err(TransactError::Cancelled(_)) => self.as_it_is(&shipment).await?,
                Err(TransactError::Table(error)) => return Err(error.into()),
            };
        }
        Ok(shipment)
    }

    /// Buys the next label of a shipment that is leased for it.
    async fn buy_next(&self, account: &CarrierAccount, leased: Shipment) -> Result<Shipment, CarriersError> {
        let Some((place, order)) = leased.labels_to_buy().into_iter().next() else { return Ok(leased) };
        let bought = account.api.buy(&order).await;
        let mut shipment = leased;
        loop {
            let now = self.ctx.now();
            let (changed, refusal) = match &bought {
                Ok(label) => (shipment.clone().with_label(place, label.clone(), now), None),
                Err(error @ (CarrierError::NotConfigured | CarrierError::Credentials)) => {
                    return self.leave(shipment, error.clone()).await;
                }
                Err(error) if error.is_passing() => return self.leave(shipment, error.clone()).await,
                Err(CarrierError::Refused { message }) => {
                    (shipment.clone().refused(message.clone(), now), Some(message.clone()))
                }
                Err(error) => {
                    let message = error.to_string();
                    (shipment.clone().refused(message.clone(), now), Some(message))
                }
            };
            let mut transaction = Transaction::new();
            self.shipments().save_bought(&mut transaction, &changed)?;
            self.plan(&mut transaction, &changed, account.told_by)?;
            if changed.state == ShipmentState::Ready {
                self.tell_created(&mut transaction, &changed)?;
            }
            match self.ctx.table().transact(transaction).await {
                Ok(()) => match refusal {
                    Some(message) => return Err(CarrierError::Refused { message }.into()),
                    None => return Ok(changed),
                },
                Err(TransactError::Cancelled(_)) => {
                    let now = self.as_it_is(&shipment).await?;
                    let is_open = now.labels_to_buy().iter().any(|(open, _)| *open == place);
                    if now.state != ShipmentState::Buying || !is_open {
                        return Ok(now);
                    }
                    // It changed otherwise, such as by an erasure: what was bought is kept.
                    shipment = now;
                }
                Err(TransactError::Table(error)) => return Err(error.into()),
            }
        }
    }

    /// Gives the lease up after an error that may pass, so that the next try need not wait for its end.
    async fn leave(&self, leased: Shipment, error: CarrierError) -> Result<Shipment, CarriersError> {
        let mut transaction = Transaction::new();
        let id = leased.id;
        self.shipments().save(&mut transaction, &leased.left(self.ctx.now()))?;
        if let Err(failed) = self.ctx.table().transact(transaction).await {
            tracing::warn!(shipment.id = %id, error = %failed, "nobody buys a label of a shipment until its lease ends");
        }
        Err(error.into())
    }

    async fn as_it_is(&self, shipment: &Shipment) -> Result<Shipment, CarriersError> {
        let gone = || TableError::Corrupt(format!("{} is gone", shipment.id));
        Ok(self.shipment(shipment.id).await?.ok_or_else(gone)?)
    }

    /// Ends the purchase of labels that nobody can finish, with the reason. A label that was sold and never heard of is not known
    /// here then: the reason says so.
    ///
    /// # Errors
    /// `Outrun` when somebody changed the shipment meanwhile, and those of the table.
    pub async fn give_up(&self, shipment: Shipment, (reason, by): (&str, ToldBy)) -> Result<(), CarriersError> {
        let failed = shipment.refused(reason.to_owned(), self.ctx.now());
        let mut transaction = Transaction::new();
        self.shipments().save(&mut transaction, &failed)?;
        self.plan(&mut transaction, &failed, by)?;
        match self.ctx.table().transact(transaction).await {
            Ok(()) => Ok(()),
            Err(TransactError::Cancelled(_)) => Err(CarriersError::Outrun),
            Err(TransactError::Table(error)) => Err(error.into()),
        }
    }

    /// What a shipment's carrier has seen of one of its parcels.
    ///
    /// # Errors
    /// What the carrier refuses or cannot say.
    pub async fn ask(&self, shipment: &Shipment, place: usize) -> Result<Vec<TrackingNews>, CarriersError> {
        let parcel = shipment.parcels.get(place);
        let Some((parcel, code)) = parcel.and_then(|parcel| Some((parcel, parcel.tracking_code.clone()?))) else {
            return Ok(Vec::new());
        };
        let ask = TrackAsk {
            code,
            courier: shipment.courier.clone(),
            tracker_id: parcel.tracker_id.clone(),
            phone: shipment.people.as_ref().and_then(|people| people.to.phone.clone()),
        };
        Ok(accounts::get(self.ctx, self.scope, shipment.carrier).await?.api.track(&ask).await?)
    }

    /// Follows news of a parcel: keeps what was not known, and moves the shipment's status where it is further along. In any
    /// order, and however often, the end is the same.
    ///
    /// # Errors
    /// `Outrun`, and those of the stores.
    pub async fn follow(
        &self,
        (id, place): (ShipmentId, usize),
        news: &[TrackingNews],
        by: ToldBy,
    ) -> Result<Followed, CarriersError> {
        let mut outcome = Followed::Nothing;
        for some in news.chunks(NEWS_MAX) {
            let followed = until_settled(|| CarriersError::Outrun, || self.follow_some((id, place), some, by)).await?;
            if followed == Followed::Changed {
                outcome = Followed::Changed;
            }
        }
        Ok(outcome)
    }

    async fn follow_some(
        &self,
        (id, place): (ShipmentId, usize),
        news: &[TrackingNews],
        by: ToldBy,
    ) -> Result<Race<Followed>, CarriersError> {
        let shipments = self.shipments();
        let (shipment, known) = tokio::try_join!(self.shipment(id), shipments.events(id))?;
        let Some(shipment) = shipment.filter(|shipment| place < shipment.parcels.len()) else {
            return Ok(Race::Settled(Followed::Nothing));
        };
        let mut new: Vec<TrackingEvent> = Vec::new();
        let forgot = shipment.people.is_none();
        for event in news.iter().map(|seen| TrackingEvent::of(place, seen)) {
            let event = if forgot { event.without_words() } else { event };
            if !known.contains(&event) && !new.contains(&event) {
                new.push(event);
            }
        }
        let changed = shipment.followed(place, news, self.ctx.now());
        let mut transaction = Transaction::new();
        shipments.insert_events(&mut transaction, id, (&new, &known))?;
        if let Some(changed) = &changed {
            shipments.save(&mut transaction, changed)?;
            if changed.status.is_over() != shipment.status.is_over() {
                self.plan(&mut transaction, changed, by)?;
            }
            if changed.status != shipment.status {
                self.tell_updated(&mut transaction, &shipment, changed)?;
            }
        }
        if transaction.is_empty() {
            return Ok(Race::Settled(Followed::Nothing));
        }
        match self.ctx.table().transact(transaction).await {
            Ok(()) => Ok(Race::Settled(Followed::Changed)),
            Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
            Err(TransactError::Table(error)) => Err(error.into()),
        }
    }

    /// Puts a shipment on the agenda for its next time.
    fn plan(&self, transaction: &mut Transaction, shipment: &Shipment, by: ToldBy) -> Result<(), TableError> {
        if let Some(at) = shipment.due_at(by, self.ctx.now()) {
            agenda::set(transaction, self.scope, DueKind::ShipmentWork, shipment.id, at)?;
        } else {
            agenda::clear(transaction, self.scope, DueKind::ShipmentWork, shipment.id);
        }
        Ok(())
    }

    fn tell_created(&self, transaction: &mut Transaction, shipment: &Shipment) -> Result<(), TableError> {
        let codes = shipment.parcels.iter().filter_map(|parcel| parcel.tracking_code.clone());
        let created = ShipmentCreated {
            shipment_id: shipment.id,
            customer_id: recipient(shipment)?,
            order_id: shipment.order_id,
            carrier: shipment.carrier.to_string(),
            tracking_numbers: codes.map(String::from).collect(),
        };
        let (tenant, cause) = (self.scope.tenant(), self.cause.clone());
        self.ctx.insert_event(transaction, tenant, cause, shipment.version, &created).map(drop)
    }

    fn tell_updated(
        &self,
        transaction: &mut Transaction,
        before: &Shipment,
        shipment: &Shipment,
    ) -> Result<(), TableError> {
        let updated = ShipmentUpdated {
            shipment_id: shipment.id,
            customer_id: recipient(shipment)?,
            order_id: shipment.order_id,
            status: shipment.status,
            previous_status: before.status,
        };
        let (tenant, cause) = (self.scope.tenant(), self.cause.clone());
        self.ctx.insert_event(transaction, tenant, cause, shipment.version, &updated).map(drop)
    }
}

/// The customer who receives a shipment: tenants order no goods of the platform.
fn recipient(shipment: &Shipment) -> Result<CustomerId, TableError> {
    match shipment.party {
        Party::Customer(customer) => Ok(customer),
        Party::Tenant(tenant) => Err(TableError::Corrupt(format!("{} is for {tenant}", shipment.id))),
    }
}
