//! What a notification comes to.

use cashier::Effect;
use payments::Quarantine;

/// What is to be answered.
pub(super) enum Heard {
    Done(Effect),
    SetAside(Quarantine),
}
