//! The Lambda function of recommendations.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(recommendations_api::function)
}
