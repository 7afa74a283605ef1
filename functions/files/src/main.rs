//! The Lambda function of files.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(files_api::function)
}
