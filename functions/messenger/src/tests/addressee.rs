//! Who is written to about an invoice once the person whom it was addressed to is gone, or the address is another one.

use customers::Customers;
use identity::{Role, Users};
use kernel::Party;
use serde_json::json;
use table::Transaction;

use crate::world::*;

/// The customer's user is erased, while another one goes on acting for the customer.
async fn with_another_user(world: &World, forgotten: Forgotten) {
    let ctx = world.stack.ctx();
    let customers = Customers::new(ctx.table(), world.scope());
    let Party::Customer(id) = world.party else { panic!("a customer") };
    let before = customers.get(id).await.unwrap().unwrap().trusted("a test looks");
    let other = world.stack.user(world.scope(), "siti@example.com", Role::User).await;
    let mut after = before.clone().with_user(other.user, ctx.now()).unwrap().unwrap();
    if forgotten == Forgotten::Already {
        after = after.without_erased(world.customer.user, "Erased customer".parse().unwrap(), ctx.now()).unwrap();
    }
    let mut transaction = Transaction::new();
    customers.save(&mut transaction, &before, &after).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    let users = Users::new(ctx.table(), world.scope());
    let tombstone = users.get(world.customer.user).await.unwrap().unwrap().erased(ctx.now());
    table::write_alone(ctx.table(), |tx| users.save(tx, &tombstone)).await.unwrap();
}

#[tokio::test]
async fn a_mail_about_an_invoice_goes_to_the_customers_address_of_today_and_names_whoever_has_it() {
    let world = World::open().await;
    let table = world.stack.ctx().table();
    let Party::Customer(id) = world.party else { panic!("a customer") };
    let customers = Customers::new(table, world.scope());
    let before = customers.get(id).await.unwrap().unwrap().trusted("a test looks");
    let (name, email) = ("Keuangan".parse().unwrap(), "keuangan@maju.example".parse().ok());
    let contact = customers::Contact { name, email, ..before.contact.clone() };
    let mut transaction = Transaction::new();
    customers.save(&mut transaction, &before, &customers::Customer { contact, version: 2, ..before.clone() }).unwrap();
    table.transact(transaction).await.unwrap();
    assert_eq!(world.deliver(&[world.issued(INVOICE)]).await, NOTHING);
    let mails = world.stack.mail.all();
    assert_eq!((mails.len(), mails[0].to.to_string().as_str()), (1, "keuangan@maju.example"));
    let text = mails[0].text.expose();
    assert!(text.contains("Keuangan,") && !text.contains("Budi"), "{text}");
}

/// Whether the customer has lost the erased user.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Forgotten {
    NotYet,
    Already,
}

#[tokio::test]
async fn an_erased_person_is_written_to_no_more_though_another_user_acts_for_the_customer() {
    for forgotten in [Forgotten::NotYet, Forgotten::Already] {
        let world = World::open().await;
        with_another_user(&world, forgotten).await;
        assert_eq!(world.deliver(&[world.issued(INVOICE), world.paid()]).await, NOTHING);
        assert_eq!(world.mails(), [], "{forgotten:?}");
    }
}

#[tokio::test]
async fn a_tenants_invoice_is_not_mailed_to_an_owner_who_was_erased_since() {
    for is_erased in [false, true] {
        let world = World::open().await;
        let table = world.stack.ctx().table();
        let payer = Party::Tenant(world.tenant);
        let key = world.scope().key(format_args!("INV#{INVOICE}"), "INV");
        let invoice = table.get(&key).await.unwrap().unwrap();
        let bill_to = json!({ "party": payer, "name": "Toko A", "email": "owner@toko-a.example", "address": [] });
        table.write(testkit::raw::put(key, invoice).set("billTo", bill_to)).await.unwrap();
        if is_erased {
            let owner = tenancy::Tenants::new(table).get(world.tenant).await.unwrap().unwrap().owner;
            let users = Users::new(table, world.scope());
            let tombstone = users.get(owner).await.unwrap().unwrap().erased(world.stack.ctx().now());
            table::write_alone(table, |tx| users.save(tx, &tombstone)).await.unwrap();
        }
        let mut issued = world.issued(INVOICE);
        issued["detail"]["data"]["customerId"] = json!(payer);
        assert_eq!(world.deliver(&[issued]).await, NOTHING);
        let mailed: Vec<String> = world.mails().into_iter().map(|(to, _)| to).collect();
        let expected: &[&str] = if is_erased { &[] } else { &["owner@toko-a.example"] };
        assert_eq!(mailed, expected);
    }
}
