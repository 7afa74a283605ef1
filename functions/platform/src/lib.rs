//! What the platform says about itself: health, OpenAPI, docs.
