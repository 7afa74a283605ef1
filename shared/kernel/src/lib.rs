//! Ids, money, time, civil dates, pages, faults, secrets: no async, no I/O.
