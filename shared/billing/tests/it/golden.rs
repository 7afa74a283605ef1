//! What was written once must stay readable: each stored record as it looked when it was first released.
