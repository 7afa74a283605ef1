//! Tests of sales as the sales worker adds them up of orders that are placed, paid and taken back here.

mod books;
mod histories;
mod once;
mod shown;
