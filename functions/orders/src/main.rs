//! The Lambda function of carts and orders.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(orders_api::function)
}
