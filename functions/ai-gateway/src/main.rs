//! The Lambda function of the gateway to language models. It has a URL of its own, by which answers come as they are made.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve_streaming(ai_gateway_api::function)
}
