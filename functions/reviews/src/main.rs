//! The Lambda function of reviews.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(reviews_api::function)
}
