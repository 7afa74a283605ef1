//! What the stack gives the messenger: a queue for each priority, with takers of its own that no other queue can use, so that no
//! backlog holds up another; and of the bucket no more than mails enclose.

use kernel::Priority;

const STACK: &str = include_str!("../../../../infra/workers/messaging.yaml");

/// What the template says of a resource, or of an event of a function: the lines below its name that stand further right.
fn section<'a>(stack: &'a str, name: &str) -> Vec<&'a str> {
    let mut lines = stack.lines().skip_while(|line| line.trim() != format!("{name}:"));
    let depth = |line: &str| line.len() - line.trim_start().len();
    let first = lines.next().unwrap_or_else(|| panic!("{name} is not in the template"));
    lines.take_while(|line| line.trim().is_empty() || depth(line) > depth(first)).collect()
}

#[test]
fn ten_thousand_messages_of_low_priority_take_nothing_from_a_critical_one() {
    let function = section(STACK, "MessengerFunction").join("\n");
    for priority in Priority::ALL {
        let name = format!("{priority:?}");
        let mapping = section(&function, &name);
        let says = |text: &str| mapping.iter().filter(|line| line.trim() == text).count();
        assert_eq!(says(&format!("Queue: !GetAtt {name}MessagesQueue.Arn")), 1, "{name} has a queue of its own");
        let bound = mapping.iter().find_map(|line| line.trim().strip_prefix("ScalingConfig: {MaximumConcurrency: "));
        let bound: u32 = bound.unwrap().trim_end_matches('}').parse().unwrap();
        assert!(bound >= 2, "{name} is bounded at its mapping, the least that Lambda takes");
    }
    // A bound on the function would be shared by all four: then low ones could take every place.
    assert!(!function.contains("ReservedConcurrentExecutions"));
}

/// Proofs of transfers, with the names of who paid, are in the same bucket.
#[test]
fn what_mails_enclose_is_all_that_may_be_read_of_the_bucket() {
    let (tenant, invoice) = ("tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X");
    let (tenant, invoice) = (tenant.parse().unwrap(), invoice.parse().unwrap());
    let note = "crn_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
    let (_, statement) = STACK.split_once("- Sid: EncloseDocuments").unwrap();
    let statement = statement.split_once("- Sid: ").unwrap().0;
    let may_read: Vec<&str> =
        statement.split("${BucketArn}/").skip(1).map(|rest| rest.split_once('"').unwrap().0).collect();
    assert_eq!(may_read, ["tenants/*/invoices/*", "tenants/*/credit-notes/*"]);
    for path in [
        billing::pdf_path(tenant, invoice),
        billing::paid_pdf_path(tenant, invoice),
        billing::void_pdf_path(tenant, invoice),
        billing::receipt_path(tenant, invoice),
        billing::credit_note_path(tenant, note),
    ] {
        let is_read = |pattern: &&str| {
            let [before, between, _] = pattern.split('*').collect::<Vec<_>>()[..] else { return false };
            path.strip_prefix(before).is_some_and(|rest| rest.contains(between))
        };
        assert!(may_read.iter().any(is_read), "{path}");
    }
}
