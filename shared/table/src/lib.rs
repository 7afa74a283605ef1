//! The one storage seam over the DynamoDB table.
