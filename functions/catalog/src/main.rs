//! The Lambda function of products and categories.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(catalog_api::function)
}
