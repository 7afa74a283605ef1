//! What a person needs to go on: what is served, who can sign in, and a first call.

use std::fmt::Write as _;

use super::Acquaintance;

/// The lines that `cargo dev` ends its start with. The last person is the one of the first call.
pub fn text(base: &str, people: &[Acquaintance]) -> String {
    let mut text = format!(
        "\nServing until Ctrl-C:\n   {base}/docs    the API, to read and to try\n   {base}/_local  tenants, mailbox, \
         payments, queues, test clock\n\nWho can sign in:\n"
    );
    let mut row = |cells: [&str; 4]| {
        let [role, tenant, email, password] = cells;
        let line = format!("   {role:<26}{tenant:<14}{email:<26}{password}");
        text.push_str(line.trim_end());
        text.push('\n');
    };
    row(["", "X-Tenant-ID", "e-mail", "password"]);
    for person in people {
        row([&person.role, &person.tenant, &person.email, &person.password]);
    }
    if let Some(person) = people.iter().find(|person| person.tenant != "platform").or(people.first()) {
        let Acquaintance { tenant, email, password, .. } = person;
        let _ = write!(
            text,
            "\nTry it:\n   curl {base}/api/v1/auth/login -H 'X-Tenant-ID: {tenant}' -H 'Content-Type: application/json' \\\n     \
             -d '{{\"email\":\"{email}\",\"password\":\"{password}\"}}'\n\nFrom sign-up to a paid invoice in ten calls: \
             docs/QUICKSTART.md"
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(role: &str, tenant: &str, email: &str) -> Acquaintance {
        let (role, tenant, email) = (role.to_owned(), tenant.to_owned(), email.to_owned());
        Acquaintance { role, tenant, email, password: "kucing hitam".to_owned() }
    }

    #[test]
    fn it_says_who_can_sign_in_and_how() {
        let operator = person("operator of the platform", "platform", "operator@ruko.local");
        let owner = person("owner of the company", "toko-sinar", "sri@tokosinar.example");
        let expected = r#"
Serving until Ctrl-C:
   http://127.0.0.1:3000/docs    the API, to read and to try
   http://127.0.0.1:3000/_local  tenants, mailbox, payments, queues, test clock

Who can sign in:
                             X-Tenant-ID   e-mail                    password
   operator of the platform  platform      operator@ruko.local       kucing hitam
   owner of the company      toko-sinar    sri@tokosinar.example     kucing hitam

Try it:
   curl http://127.0.0.1:3000/api/v1/auth/login -H 'X-Tenant-ID: toko-sinar' -H 'Content-Type: application/json' \
     -d '{"email":"sri@tokosinar.example","password":"kucing hitam"}'

From sign-up to a paid invoice in ten calls: docs/QUICKSTART.md"#;
        assert_eq!(text("http://127.0.0.1:3000", &[operator, owner]), expected);
    }
}
