//! The page where whoever has an invoice's link pays it, without an account.

mod bill;
mod calling_off;
mod door;
mod form;
pub(crate) mod get_pay_page;
mod instructions;
mod page;
mod qris;
pub(crate) mod submit_pay_page;
#[cfg(test)]
mod tests;
mod view;
mod views;
mod ways;
mod words;
