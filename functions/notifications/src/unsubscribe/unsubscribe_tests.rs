//! The link stops what it names, for its user alone, and only when somebody presses the button.

use http::Method;
use identity::Role;
use messaging::{
    Channel, UnsubscribeFrom, UnsubscribeLink, UnsubscribeLinks,
    preferences::{MessageGroup, PreferenceRows, Routing, Topic, route},
};
use testkit::{Answer, Client, Member, Stack};

struct World {
    stack: Stack,
    client: Client,
    budi: Member,
}

impl World {
    async fn open() -> Self {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let budi = stack.user(owner.scope, "budi@example.com", Role::User).await;
        let client = stack.serve(crate::function);
        Self { stack, client, budi }
    }

    fn path(&self, from: UnsubscribeFrom) -> String {
        let keys = &self.stack.ctx().ports().keys;
        let link = UnsubscribeLink { tenant: self.budi.scope.tenant(), user: self.budi.user, from };
        format!("/unsubscribe/{}", UnsubscribeLinks::new(|purpose| keys.derive(purpose)).text(link))
    }

    async fn call(&self, method: Method, path: &str) -> Answer {
        self.client.call(method, path).send().await
    }

    /// Whether a mail of this kind comes.
    async fn comes(&self, member: &Member, kind: &str, group: MessageGroup) -> bool {
        let choices =
            PreferenceRows::new(self.stack.ctx().table(), member.scope).choices(&[member.user]).await.unwrap();
        let zone = kernel::Zone::utc();
        let wishes = choices.wishes(Some(member.user), &zone);
        let topic = Topic { kind, priority: kernel::Priority::Low };
        assert_eq!(topic.group(), group);
        route(topic, Channel::Email, wishes, self.stack.ctx().now()) == Routing::Now
    }
}

#[tokio::test]
async fn looking_stops_nothing_and_one_click_stops_what_the_mail_was_about() {
    let world = World::open().await;
    let siti = world.stack.user(world.budi.scope, "siti@example.com", Role::User).await;
    let path = world.path(UnsubscribeFrom::News);
    let page = world.call(Method::GET, &path).await;
    assert_eq!((page.status.as_u16(), page.header("content-type")), (200, "text/html; charset=utf-8"));
    let html = String::from_utf8_lossy(&page.body).into_owned();
    assert!(html.contains("<form method=\"post\">") && html.contains("Toko toko-a"), "{html}");
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
    assert!(world.comes(&world.budi, "own_sale", MessageGroup::News).await);
    for body in ["List-Unsubscribe=One-Click", "List-Unsubscribe=One-Click", ""] {
        let call = world.client.call(Method::POST, &path).header("content-type", "application/x-www-form-urlencoded");
        assert_eq!(call.raw(body).send().await.status, 200);
    }
    assert!(!world.comes(&world.budi, "own_sale", MessageGroup::News).await);
    assert!(world.comes(&world.budi, "welcome", MessageGroup::Account).await, "the link was about news");
    assert!(world.comes(&siti, "own_sale", MessageGroup::News).await, "the link was Budi's");
    let chosen = PreferenceRows::new(world.stack.ctx().table(), world.budi.scope).of(world.budi.user).await.unwrap();
    assert_eq!((chosen.version, chosen.switches.len()), (1, 1), "twice is as once");
}

#[tokio::test]
async fn the_page_looks_like_the_tenant() {
    let world = World::open().await;
    let table = world.stack.ctx().table();
    let tenants = tenancy::Tenants::new(table);
    let tenant = tenants.get(world.budi.scope.tenant()).await.unwrap().unwrap();
    let look = serde_json::json!({"productName": "Sinar", "primaryColor": "#fde047", "logo": "0123456789abcdef".repeat(4),
        "footer": "PT <Sinar>"});
    let branded = tenant.branded(serde_json::from_value(look).unwrap());
    let mut transaction = table::Transaction::new();
    tenancy::Tenants::save(&mut transaction, &branded).unwrap();
    table.transact(transaction).await.unwrap();
    let path = world.path(UnsubscribeFrom::News);
    for method in [Method::GET, Method::POST] {
        let page = world.call(method, &path).await;
        let html = String::from_utf8_lossy(&page.body).into_owned();
        let logo = format!("<img src=\"/brand/{}/logo?v=01234567\" alt=\"\"", branded.id);
        for part in [&logo, ":root{--primary:#fde047;--letters:#000000}", "Sinar", "PT &lt;Sinar&gt;"] {
            assert!(html.contains(part), "{part}\n{html}");
        }
        let policy = page.header("content-security-policy");
        assert!(policy.contains("img-src 'self'") && policy.matches("'sha256-").count() == 2, "{policy}");
    }
}

#[tokio::test]
async fn a_digests_link_stops_all_that_it_tells() {
    let world = World::open().await;
    world.call(Method::POST, &world.path(UnsubscribeFrom::Digest)).await;
    assert!(!world.comes(&world.budi, "own_sale", MessageGroup::News).await);
    assert!(!world.comes(&world.budi, "welcome", MessageGroup::Account).await);
}

#[tokio::test]
async fn no_other_text_opens_the_page_and_it_speaks_both_languages() {
    let world = World::open().await;
    let path = world.path(UnsubscribeFrom::News);
    for bad in [format!("{path}0"), path.replace("/unsubscribe/0", "/unsubscribe/1"), "/unsubscribe/00".to_owned()] {
        for method in [Method::GET, Method::POST] {
            assert_eq!(world.call(method, &bad).await.status, 404, "{bad}");
        }
    }
    let page = world.call(Method::GET, &format!("{path}?lang=id")).await;
    assert!(String::from_utf8_lossy(&page.body).contains("Hentikan email ini"));
    let (_, stranger) = world.stack.tenant("toko-b").await;
    let before = PreferenceRows::new(world.stack.ctx().table(), stranger.scope).of(stranger.user).await.unwrap();
    assert_eq!(before.version, 0);
}
