//! The Lambda function of analytics.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(analytics_api::function)
}
