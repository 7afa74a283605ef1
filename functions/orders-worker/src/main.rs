//! The Lambda function of what becomes of orders.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(orders_worker::function)
}
