//! The Lambda function of search.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(search_api::function)
}
