//! What is sent, to whom, and what it says: events go in at the notifier, messages come out of the carriers.

mod account;
mod addressee;
mod brand;
mod enclosed;
mod money;
mod overdue;
mod own_text;
mod phone;
mod queues;
mod reader;
mod sending;
mod shop;
mod tenant;
mod wishes;
