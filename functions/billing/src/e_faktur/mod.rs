//! Tax invoices (Faktur Pajak) for the tax office's own system, Coretax.

pub(crate) mod download_e_faktur;
mod e_faktur_columns;
mod e_faktur_view;
mod e_faktur_xml;
