//! Clock, seeded ids, builders and the in-process stack for tests.
