//! What was written once must stay readable: a stored journal entry as it looked when it was first released.

use ledger::JournalEntry;

#[test]
fn entry_1() {
    let text = r#"{
        "id": "jrn_01JD2Z3M4N5P6Q7R8S9T0V1W2X",
        "at": "2027-01-02T03:04:05.678Z",
        "occasion": {
            "type": "invoice_paid",
            "invoice": "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X",
            "payment": "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X"
        },
        "postings": [
            { "account": "clearing:midtrans", "amount": { "amount": 506290, "currency": "IDR" } },
            { "account": "receivable:cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "amount": { "amount": -506290, "currency": "IDR" } }
        ]
    }"#;
    let entry: JournalEntry = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_value(&entry).unwrap(), serde_json::from_str::<serde_json::Value>(text).unwrap());
}
