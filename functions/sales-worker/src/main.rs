//! The Lambda function that adds up what orders bring.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(sales_worker::function)
}
