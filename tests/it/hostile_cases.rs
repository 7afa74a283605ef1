//! What somebody with bad intentions tries, what must come of it, and which test shows it: the list must stay complete,
//! and its tests there. A number is a name that stays; not all numbers are given.

use std::{fs, path::Path};

/// Number, what is tried and what comes of it, and the test.
const CASES: &[(u16, &str, &str)] = &[
    // Tokens
    (
        1,
        "A token whose `alg` is `none` in any spelling, or that has no signature, is refused: 401.",
        "case_1_and_2_no_algorithm_but_ours",
    ),
    (
        2,
        "HS256 with our public key as its secret, or any other algorithm than EdDSA, is refused: 401.",
        "case_1_and_2_no_algorithm_but_ours",
    ),
    (
        4,
        "A `kid` that is a path, an injection, 10,000 characters, no text, or of a retired key finds no key: 401.",
        "case_4_no_key_but_those_of_the_ring",
    ),
    (
        5,
        "A key, or an address of one, in the header (`jwk`, `jku`, `x5c`, `x5u`), or a `crit`, is refused: 401.",
        "case_5_and_7_the_header_decides_nothing",
    ),
    (7, "A token of another `typ` is no access token: 401.", "case_5_and_7_the_header_decides_nothing"),
    (
        8,
        "An `exp` that is over is 401 at its very second; one that is no whole number, absent or too far is 401 too.",
        "case_8_10_and_11_every_claim_is_checked",
    ),
    (
        10,
        "A token that was issued or begins an hour from now is refused: 401.",
        "case_8_10_and_11_every_claim_is_checked",
    ),
    (
        11,
        "An issuer that is absent, a number, a list with ours in it, or ours with a slash behind it, is refused: 401.",
        "case_8_10_and_11_every_claim_is_checked",
    ),
    (13, "Two subjects in one token are refused: 401.", "case_13_and_14_what_was_signed_is_what_is_read"),
    (
        14,
        "A tenant that was edited in a signed token, or a user whom that tenant does not have: 401.",
        "case_13_and_14_what_was_signed_is_what_is_read",
    ),
    (
        16,
        "When a user's sessions are ended at once, a token from before works for 30 seconds at most.",
        "case_16_a_token_dies_with_what_it_speaks_for",
    ),
    (
        17,
        "Who lost a role does not use it with the token from before: 403.",
        "a_role_is_given_and_taken_once_and_felt_at_once",
    ),
    (
        19,
        "Two tokens in the headers, or one in the URL, are 400, and the token is not repeated in the answer.",
        "case_19_a_token_is_sent_once_and_in_the_header",
    ),
    (
        20,
        "A service token for another audience, spelled almost as ours or not, is not taken.",
        "a_token_for_others_is_none_for_us",
    ),
    // Refresh
    (
        22,
        "A refresh token that comes again after 31 seconds ends its session, the newer tokens too: 401.",
        "a_token_that_comes_again_after_31_seconds_ends_the_session_for_everybody",
    ),
    (
        23,
        "A refresh token whose successor was used already ends its session even within the 30 seconds.",
        "a_token_whose_successor_was_used_is_reused_at_once",
    ),
    (
        25,
        "A refresh at the same moment as a logout, in every order of their calls: afterwards nothing refreshes.",
        "after_a_logout_that_races_a_refresh_nothing_refreshes",
    ),
    (
        26,
        "A refresh at the same moment as a new password, in every order: no pair from before works afterwards.",
        "no_pair_of_a_generation_that_a_new_password_ended_works",
    ),
    // Logins and mailed links
    (
        28,
        "A failed login makes the same calls and the same trail whether or not there is such an account.",
        "known_and_unknown_leave_the_same_trail_by_the_same_calls",
    ),
    (
        29,
        "Of 200 wrong passwords at once at most 32 are looked at, the rest are 429; the same for an unknown address.",
        "case_29_of_two_hundred_guesses_at_once_few_are_looked_at",
    ),
    (
        31,
        "A locked account refuses the right password too, and a reset by mail opens it.",
        "it_is_the_way_out_of_a_locked_account",
    ),
    (
        32,
        "Wrong and unknown get one answer, both wait after six, and knocking meanwhile makes the wait no longer.",
        "wrong_and_unknown_get_one_answer_and_both_wait_after_five",
    ),
    (
        34,
        "A password with marks matches in each of its Unicode spellings, and no other text does.",
        "a_password_matches_its_own_hash_in_every_unicode_spelling",
    ),
    (
        35,
        "Common passwords, and those made of the names of tenant and user, are refused.",
        "what_is_guessed_first_is_refused",
    ),
    (
        37,
        "An address in capitals, with a space, or in full-width letters is the account that it was: taken.",
        "spellings_of_one_address_are_one_account",
    ),
    (
        38,
        "An address with a line break, in quotes, too long, or with an IP address for a domain is refused.",
        "what_could_break_a_header_or_a_mailbox_is_refused",
    ),
    (40, "A username never looks like an address: no `@`, and ASCII only.", "usernames_never_look_like_addresses"),
    (
        41,
        "A link to reset that was replaced, made up, of another tenant, of another purpose or too old: one answer.",
        "old_foreign_replaced_and_made_up_links_get_one_answer",
    ),
    (
        43,
        "A reset asked for under another host's name mails a link to us.",
        "case_43_44_and_47_links_are_ours_and_guard_what_they_open",
    ),
    (
        44,
        "A reset leaves the second factor on: the next login asks for it.",
        "case_43_44_and_47_links_are_ours_and_guard_what_they_open",
    ),
    (
        46,
        "A code of the second factor that was used before is refused within its step: 401.",
        "a_confirmed_factor_is_asked_for_and_each_code_works_once",
    ),
    (47, "Looking at a mailed link does not use it up.", "case_43_44_and_47_links_are_ours_and_guard_what_they_open"),
    // Other tenants
    (
        49,
        "Every operation on an id of another tenant is 404, with the answer that an unknown id gets.",
        "what_belongs_to_another_tenant_is_as_absent_as_nothing",
    ),
    (
        50,
        "No list or other answer without an id in its path shows anything of another tenant.",
        "what_belongs_to_another_tenant_is_as_absent_as_nothing",
    ),
    (52, "A path that names another tenant is 404.", "what_belongs_to_another_tenant_is_as_absent_as_nothing"),
    (
        53,
        "An id that the caller chooses is refused: 400.",
        "case_53_55_and_58_nobody_chooses_ids_keys_or_the_platforms_rights",
    ),
    (
        55,
        "A slug with a separator of our keys, a path or a space in it is refused: 422.",
        "case_53_55_and_58_nobody_chooses_ids_keys_or_the_platforms_rights",
    ),
    // Roles and API keys
    (
        56,
        "A caller with every permission but the one that an operation asks for is refused: 403.",
        "one_permission_opens_what_asks_for_it_and_nothing_else_does",
    ),
    (
        58,
        "No tenant's role or key is given a permission of the platform: 422.",
        "case_53_55_and_58_nobody_chooses_ids_keys_or_the_platforms_rights",
    ),
    (
        59,
        "A permission that is almost of the form, such as `pro*` or `*:read`, is refused when it is saved: 422.",
        "case_53_55_and_58_nobody_chooses_ids_keys_or_the_platforms_rights",
    ),
    (
        60,
        "Of two last administrators who demote each other or themselves at once, one stays.",
        "of_two_administrators_who_are_demoted_at_once_one_stays",
    ),
    (
        61,
        "A key that is mistyped, made up, of another environment or tenant gets one answer: 401.",
        "whatever_is_wrong_with_a_key_the_answer_is_one",
    ),
    (
        62,
        "A key does what its scopes name (else 403), and no route about a person takes it: 401.",
        "a_key_does_what_its_scopes_say_and_no_route_about_a_person_takes_it",
    ),
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
    assert!(CASES.is_sorted_by_key(|(number, ..)| *number) && CASES.len() == 43, "{}", CASES.len());
    for (number, text, test) in CASES {
        assert!(text.len() > 20 && text.ends_with('.'), "case {number} does not say what it is");
        assert!(sources.contains(&format!("fn {test}()")), "case {number}: there is no test {test}");
    }
}
