//! The demo journey, as `cargo dev` plays it.

use std::collections::BTreeSet;

use ruko_local::journey::{self, Silent};
use serde_json::Value;

use crate::{records, sandbox::Sandbox};

/// Records of what the journey does not play. A new record is played, or has to be added here by hand.
const UNPLAYED: [&str; 65] = [
    "ArchivedPlan",
    "Bounces",
    "CensusLimit",
    "CollectionAttempts",
    "CustomDomain",
    "DeviceBook",
    "DeviceOwner",
    "DigestEntry",
    "DomainCount",
    "DomainOwner",
    "DunningProgress",
    "EndpointHealth",
    "EndpointRoster",
    "FileCount",
    "FilePointer",
    "Impersonation",
    "ImportedRow",
    "Invitation",
    "InvitedAddress",
    "LinkCode",
    "LocationCount",
    "Marker",
    "MethodBook",
    "MfaGuard",
    "NewestExport",
    "Noted",
    "NotificationPreferences",
    "NotificationSettings",
    "PriceEntry",
    "ProductExport",
    "ProductImport",
    "ProductRating",
    "ProductReview",
    "Quarantined",
    "QuotaCounter",
    "RecurringInvoice",
    "ReviewPointer",
    "ReviewSettings",
    "ReviewVote",
    "RoleBook",
    "SalesRecount",
    "SavedMethod",
    "SearchChange",
    "SearchIndex",
    "SeenValue",
    "StockHold",
    "StockLocation",
    "StoredContent",
    "StoredFile",
    "Suppression",
    "Synonyms",
    "TenantBase",
    "TenantErasure",
    "TenantExport",
    "TenantSnapshot",
    "TenantText",
    "TextVersion",
    "TransactionClaim",
    "TransferProof",
    "TransferProofPointer",
    "UpdateDone",
    "WebhookDelivery",
    "WebhookEndpoint",
    "Withdrawal",
    "WithdrawalPointer",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_month_of_business_ends_well() {
    let sandbox = Sandbox::start().await;
    journey::play(&sandbox.stage(), &Silent).await.unwrap();

    let endpoints = sandbox.cloud.control().endpoints();
    let rows = testkit::all_rows(&endpoints.dynamodb, &endpoints.table).await;
    let records = records::all();
    assert_eq!(records::complaints(&records, &rows), BTreeSet::new());
    let of_users = rows.iter().filter(|row| row["SK"] == "USER");
    let with_password = of_users.filter(|row| !row["password"].is_null()).map(|row| &row["PK"]);
    assert_eq!(with_password.collect::<Vec<_>>(), Vec::<&Value>::new(), "passwords have rows of their own");
    let unseen = records::unseen(&records, &rows);
    let unplayed = UNPLAYED.map(str::to_owned).into();
    assert_eq!(unseen.difference(&unplayed).collect::<Vec<_>>(), Vec::<&String>::new());
}
