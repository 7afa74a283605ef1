//! No backlog of one priority holds up another: each has a queue, and takers of its own that no other queue can use.

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
