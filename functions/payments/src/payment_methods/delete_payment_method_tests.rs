//! Removing a card and choosing the default: one's own alone, once, and never a default that is not there.

use futures::future::join_all;
use http::Method as Verb;
use identity::Role;
use table::TenantScope;
use testkit::Answer;

use crate::{
    payment_methods::create_payment_method_tests::{PATH, card, list, save},
    world::World,
};

/// Three cards, oldest first.
async fn three(world: &World) -> [String; 3] {
    let mut ids = Vec::new();
    for number in 1..=3 {
        let key = format!("k{number}");
        ids.push(save(world, &world.customer.token, &key, card(&format!("pm_{number}"))).await.text("/data/id"));
    }
    ids.try_into().unwrap()
}

async fn delete(world: &World, token: &str, id: &str) -> Answer {
    world.client.call(Verb::DELETE, format!("{PATH}/{id}")).bearer(token).send().await
}

async fn prefer(world: &World, token: &str, id: &str) -> Answer {
    world.client.call(Verb::POST, format!("{PATH}/{id}/default")).bearer(token).send().await
}

#[tokio::test]
async fn a_card_goes_at_once_and_the_newest_that_is_left_is_the_default() {
    let world = World::with_stripe().await;
    let [first, second, third] = three(&world).await;
    let answer = delete(&world, &world.customer.token, &first).await;
    assert_eq!((answer.status.as_u16(), answer.text("/data/id")), (200, first.clone()));
    assert_eq!(list(&world).await, (vec![third.clone(), second.clone()], Some(third.clone())));
    assert_eq!(delete(&world, &world.customer.token, &first).await.status, 404, "it is gone");
    let key = world.scope().key(format_args!("DUE#method_removal#{first}"), "DUE");
    assert!(world.stack.ctx().table().get(&key).await.unwrap().is_some(), "it goes at its provider too");
    let warned = world.scope().key(format_args!("DUE#method_expiry#{first}"), "DUE");
    assert!(world.stack.ctx().table().get(&warned).await.unwrap().is_none(), "and nobody is warned of its end");
    assert_eq!(prefer(&world, &world.customer.token, &second).await.status, 200);
    assert_eq!(delete(&world, &world.owner.token, &third).await.status, 200);
    assert_eq!(list(&world).await, (vec![second.clone()], Some(second.clone())));
    delete(&world, &world.customer.token, &second).await;
    assert_eq!(list(&world).await, (vec![], None));
}

#[tokio::test]
async fn a_default_is_chosen_among_ones_own_and_those_that_can_be_charged() {
    let world = World::with_stripe().await;
    let [first, second, _] = three(&world).await;
    let ends = save(&world, &world.customer.token, "k9", card("pm_ends")).await.text("/data/id");
    for _ in 0..2 {
        let answer = prefer(&world, &world.customer.token, &second).await;
        assert_eq!((answer.status.as_u16(), answer.at("/data/isDefault")), (200, true.into()));
    }
    assert_eq!(list(&world).await.1, Some(second));
    let other = world.stack.user(TenantScope::new(world.tenant), "siti@example.com", Role::User).await;
    let (_, stranger) = world.stack.tenant("toko-b").await;
    for token in [&other.token, &stranger.token] {
        assert_eq!(prefer(&world, token, &first).await.status, 404);
        assert_eq!(delete(&world, token, &first).await.status, 404);
    }
    assert_eq!(prefer(&world, &world.customer.token, "pmt_01JD2Z3M4N5P6Q7R8S9T0V1W2X").await.status, 404);
    world.stack.set_clock("2027-01-02T00:00:00Z");
    let fresh = world.fresh(&world.customer).await;
    let late = prefer(&world, &fresh, &ends).await;
    assert_eq!((late.status.as_u16(), late.text("/code").as_str()), (409, "PAYMENT_METHOD_EXPIRED"));
}

#[tokio::test]
async fn all_at_once_leave_a_book_that_is_right() {
    let world = World::with_stripe().await;
    let [first, second, third] = three(&world).await;
    let token = &world.customer.token;
    let (removed, chosen) = tokio::join!(
        join_all([&first, &second, &first].map(|id| delete(&world, token, id))),
        join_all([&first, &second, &third].map(|id| prefer(&world, token, id))),
    );
    assert!(removed.iter().all(|answer| [200, 404].contains(&answer.status.as_u16())));
    assert!(chosen.iter().all(|answer| [200, 404].contains(&answer.status.as_u16())));
    assert_eq!(list(&world).await, (vec![third.clone()], Some(third)));
}
