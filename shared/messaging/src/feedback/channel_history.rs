//! What is known of a message on each of its channels: how it left, and what its carrier told since.

use table::{Table, TableError, TenantScope};

use crate::{Channel, Deliveries, Delivery, Notification, Report, Reports};

/// What is known of a channel of a notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelHistory {
    /// Which channel.
    pub channel: Channel,
    /// How it was sent; `None` before it was tried.
    pub delivery: Option<Delivery>,
    /// What was told after it left.
    pub report: Option<Report>,
}

impl ChannelHistory {
    /// Of each channel of each of these notifications, in their order. Two round trips side by side for each hundred
    /// channels.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn of(
        table: &dyn Table,
        scope: TenantScope,
        notifications: &[Notification],
    ) -> Result<Vec<Vec<Self>>, TableError> {
        let mut channels = Vec::new();
        for one in notifications {
            channels.extend(one.channels.iter().map(|channel| (one.id, *channel)));
        }
        let (deliveries, reports) = (Deliveries::new(table, scope), Reports::new(table, scope));
        let (deliveries, reports) = tokio::join!(deliveries.each_of(&channels), reports.each_of(&channels));
        let mut known = deliveries?.into_iter().zip(reports?);
        let mut all = Vec::with_capacity(notifications.len());
        for one in notifications {
            let each = one.channels.iter().zip(&mut known);
            all.push(each.map(|(&channel, (delivery, report))| Self { channel, delivery, report }).collect());
        }
        Ok(all)
    }
}
