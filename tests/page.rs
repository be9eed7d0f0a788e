//! What a donor sees, by plain HTTP, as a browser without JavaScript does.

mod checkout;
mod give;
mod locales;
mod receipts;
