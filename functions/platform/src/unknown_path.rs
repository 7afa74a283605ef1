//! Any path that no group serves: API Gateway's catch-all leads here.
//!
//! Round trips: one rate-limit write, so that who tries out paths is slowed down like every anonymous caller.

use web::{Newcomer, Problem};

/// Says that there is nothing.
pub(crate) async fn unknown_path(_: Newcomer) -> Problem {
    Problem::not_found()
}

#[cfg(test)]
mod tests {
    use testkit::Stack;

    #[tokio::test]
    async fn an_unknown_path_gets_a_problem_with_all_headers() {
        let client = Stack::start().await.serve(crate::function);
        for path in ["/nope", "/api/v1/nope", "/health/", "/a//b"] {
            let answer = client.get(path).send().await;
            assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (404, "NOT_FOUND"), "{path}");
            assert_eq!(answer.text("/instance"), path);
            for header in
                ["x-request-id", "ratelimit", "ratelimit-policy", "x-ratelimit-limit", "x-content-type-options"]
            {
                assert!(!answer.header(header).is_empty(), "{path} lacks {header}");
            }
        }
        let known = client.post("/health", serde_json::json!({})).send().await;
        assert_eq!((known.status.as_u16(), known.text("/code").as_str()), (405, "METHOD_NOT_ALLOWED"));
    }
}
