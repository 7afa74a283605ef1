//! Which test shows which hostile case of facts/security.md §3: the list must stay complete, and its tests there.

use std::{fs, path::Path};

/// Every case of the sections "Tokens", "Refresh", "Login", "Tenant isolation" and "RBAC", by number.
const CASES: &[(u16, &str)] = &[
    // Tokens
    (1, "case_1_and_2_no_algorithm_but_ours"),
    (2, "case_1_and_2_no_algorithm_but_ours"),
    (4, "case_4_no_key_but_those_of_the_ring"),
    (5, "case_5_and_7_the_header_decides_nothing"),
    (7, "case_5_and_7_the_header_decides_nothing"),
    (8, "case_8_10_and_11_every_claim_is_checked"),
    (10, "case_8_10_and_11_every_claim_is_checked"),
    (11, "case_8_10_and_11_every_claim_is_checked"),
    (13, "case_13_and_14_what_was_signed_is_what_is_read"),
    (14, "case_13_and_14_what_was_signed_is_what_is_read"),
    (16, "case_16_a_token_dies_with_what_it_speaks_for"),
    (17, "a_role_is_given_and_taken_once_and_felt_at_once"),
    (19, "case_19_a_token_is_sent_once_and_in_the_header"),
    (20, "a_token_for_others_is_none_for_us"),
    // Refresh
    (22, "a_token_that_comes_again_after_31_seconds_ends_the_session_for_everybody"),
    (23, "a_token_whose_successor_was_used_is_reused_at_once"),
    (25, "after_a_logout_that_races_a_refresh_nothing_refreshes"),
    (26, "no_pair_of_a_generation_that_a_new_password_ended_works"),
    // Login
    (28, "known_and_unknown_leave_the_same_trail_by_the_same_calls"),
    (29, "case_29_of_two_hundred_guesses_at_once_few_are_looked_at"),
    (31, "it_is_the_way_out_of_a_locked_account"),
    (32, "wrong_and_unknown_get_one_answer_and_both_wait_after_five"),
    (34, "a_password_matches_its_own_hash_in_every_unicode_spelling"),
    (35, "what_is_guessed_first_is_refused"),
    (37, "spellings_of_one_address_are_one_account"),
    (38, "what_could_break_a_header_or_a_mailbox_is_refused"),
    (40, "usernames_never_look_like_addresses"),
    (41, "old_foreign_replaced_and_made_up_links_get_one_answer"),
    (43, "case_43_44_and_47_links_are_ours_and_guard_what_they_open"),
    (44, "case_43_44_and_47_links_are_ours_and_guard_what_they_open"),
    (46, "a_confirmed_factor_is_asked_for_and_each_code_works_once"),
    (47, "case_43_44_and_47_links_are_ours_and_guard_what_they_open"),
    // Tenant isolation
    (49, "what_belongs_to_another_tenant_is_as_absent_as_nothing"),
    (50, "what_belongs_to_another_tenant_is_as_absent_as_nothing"),
    (52, "what_belongs_to_another_tenant_is_as_absent_as_nothing"),
    (53, "case_53_55_and_58_nobody_chooses_ids_keys_or_the_platforms_rights"),
    (55, "case_53_55_and_58_nobody_chooses_ids_keys_or_the_platforms_rights"),
    // RBAC
    (56, "one_permission_opens_what_asks_for_it_and_nothing_else_does"),
    (58, "case_53_55_and_58_nobody_chooses_ids_keys_or_the_platforms_rights"),
    (59, "case_53_55_and_58_nobody_chooses_ids_keys_or_the_platforms_rights"),
    (60, "of_two_administrators_who_are_demoted_at_once_one_stays"),
    (61, "whatever_is_wrong_with_a_key_the_answer_is_one"),
    (62, "a_key_does_what_its_scopes_say_and_no_route_about_a_person_takes_it"),
];

fn read(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_case_has_its_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut sources = String::new();
    for folder in ["functions", "shared", "tests"] {
        read(&root.join(folder), &mut sources);
    }
    assert!(CASES.is_sorted_by_key(|(number, _)| *number) && CASES.len() == 43, "{}", CASES.len());
    for (number, test) in CASES {
        assert!(sources.contains(&format!("fn {test}()")), "case {number}: there is no test {test}");
    }
}
