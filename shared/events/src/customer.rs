//! Events about customers. They say which, and never who it is.

use kernel::{CustomerId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Audience, Payload};

/// A customer was made: by staff, by a server, or by a user's first subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomerCreated {
    /// Which customer.
    pub customer_id: CustomerId,
}

impl Payload for CustomerCreated {
    const NAME: &'static str = "customer.created";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = CustomerId;

    fn subject(&self) -> CustomerId {
        self.customer_id
    }
}

/// Who a customer is, or how it is billed, was changed. Also when a person's own data was taken out of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomerUpdated {
    /// Which customer.
    pub customer_id: CustomerId,
}

impl Payload for CustomerUpdated {
    const NAME: &'static str = "customer.updated";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = CustomerId;

    fn subject(&self) -> CustomerId {
        self.customer_id
    }
}

/// A user acts for the customer from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomerUserAdded {
    /// Which customer.
    pub customer_id: CustomerId,
    /// Which user.
    pub user_id: UserId,
}

impl Payload for CustomerUserAdded {
    const NAME: &'static str = "customer.user_added";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = CustomerId;

    fn subject(&self) -> CustomerId {
        self.customer_id
    }
}

/// A user acts for the customer no more: taken off it, or erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomerUserRemoved {
    /// Which customer.
    pub customer_id: CustomerId,
    /// Which user.
    pub user_id: UserId,
}

impl Payload for CustomerUserRemoved {
    const NAME: &'static str = "customer.user_removed";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = CustomerId;

    fn subject(&self) -> CustomerId {
        self.customer_id
    }
}

/// What was known of who the customer is was erased, by staff or with its last user. What the books need stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomerErased {
    /// Which customer.
    pub customer_id: CustomerId,
}

impl Payload for CustomerErased {
    const NAME: &'static str = "customer.erased";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = CustomerId;

    fn subject(&self) -> CustomerId {
        self.customer_id
    }
}
