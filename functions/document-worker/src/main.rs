//! The Lambda function that renders invoices.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(document_worker::function)
}
