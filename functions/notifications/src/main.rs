//! The Lambda function of the notification routes.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(notifications_api::function)
}
