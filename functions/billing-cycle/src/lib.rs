//! Finds the subscriptions that are due and queues one piece of work for each.
