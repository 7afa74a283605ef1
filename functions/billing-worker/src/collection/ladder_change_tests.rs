//! Invoices whose tenant changes the ladder while they are on it, and what customers are told on the way.

use billing::{BillingRules, BillingSettings, DunningAction, Ladder, LadderStep, SubscriptionStatus};
use serde_json::{Value, json};
use table::Query;

use crate::collection::dun_invoice_tests::{OVERDUE, Scene};

use DunningAction::{Cancel, Remind, Suspend};

impl Scene {
    /// The tenant changes its ladder.
    pub(crate) async fn climb(&self, steps: &[(u16, DunningAction)]) {
        let (table, scope) = (self.stack.ctx().table(), self.customer.scope);
        let steps: Vec<LadderStep> =
            steps.iter().map(|(after_days, action)| LadderStep { after_days: *after_days, action: *action }).collect();
        let before = BillingRules::settings(table, scope).await.unwrap();
        let dunning = Ladder::try_from(steps).unwrap();
        let changed = BillingSettings { dunning, version: before.version + 1, ..before };
        table::write_alone(table, |tx| BillingRules::save(tx, scope, &changed)).await.unwrap();
    }

    /// What the only event of a name says that was published in an hour.
    async fn said(&self, at: &str, name: &str) -> Value {
        let hour: String = at[..13].chars().filter(char::is_ascii_digit).collect();
        let query = Query::partition(self.customer.scope.partition(format!("OUT#{hour}")));
        let page = self.stack.ctx().table().query(query).await.unwrap();
        let mut found = page.items.into_iter().filter(|row| row["type"] == name);
        let row = found.next().unwrap_or_else(|| panic!("no {name} at {at}"));
        assert!(found.next().is_none(), "{name} at {at}");
        row["data"].clone()
    }
}

/// Nine in Jakarta so many days after 4 January 2027, the last day to pay.
fn nine(days: i64) -> String {
    let day = jiff::civil::date(2027, 1, 4).checked_add(jiff::Span::new().days(days)).unwrap();
    format!("{day}T02:00:00.000Z")
}

#[tokio::test]
async fn an_invoice_whose_ladder_ended_is_dunned_again_when_the_ladder_grows() {
    let scene = Scene::open().await;
    scene.climb(&[]).await;
    scene.dun(OVERDUE).await;
    assert_eq!(scene.told(OVERDUE).await, ["invoice.overdue", "subscription.past_due"]);
    assert_eq!(scene.on_agenda().await, Some(nine(8)), "looked at in a week");
    scene.dun(&nine(8)).await;
    assert_eq!((scene.told(&nine(8)).await, scene.on_agenda().await), (Vec::new(), Some(nine(15))));
    scene.climb(&[(10, Remind), (20, Suspend)]).await;
    scene.dun(&nine(15)).await;
    assert_eq!(scene.told(&nine(15)).await, ["invoice.reminded"]);
    assert_eq!(scene.on_agenda().await, Some(nine(20)));
}

#[tokio::test]
async fn a_shorter_ladder_does_not_stop_service_before_the_day_that_was_told() {
    let scene = Scene::open().await;
    scene.climb(&[(1, Remind), (7, Remind), (12, Suspend)]).await;
    scene.dun(OVERDUE).await;
    assert_eq!(scene.said(OVERDUE, "invoice.reminded").await["stopsOn"], "2027-01-16");
    scene.climb(&[(1, Remind), (3, Suspend)]).await;
    scene.dun(&nine(7)).await;
    assert_eq!((scene.status().await, scene.on_agenda().await), (SubscriptionStatus::PastDue, Some(nine(12))));
    scene.dun(&nine(12)).await;
    assert_eq!(scene.status().await, SubscriptionStatus::Suspended);
}

#[tokio::test]
async fn nothing_is_switched_off_before_a_reminder_named_the_day() {
    let scene = Scene::open().await;
    scene.climb(&[(1, Remind)]).await;
    scene.dun(OVERDUE).await;
    assert_eq!(scene.said(OVERDUE, "invoice.reminded").await.get("stopsOn"), None);
    // What is left of the new ladder has no reminder before its suspension.
    scene.climb(&[(1, Remind), (8, Suspend)]).await;
    scene.dun(&nine(8)).await;
    let said = scene.said(&nine(8), "invoice.reminded").await;
    assert_eq!(
        (&said["stopsOn"], &said["stop"], &said["reminder"]),
        (&json!("2027-01-15"), &json!("suspend"), &json!(2))
    );
    assert_eq!((scene.status().await, scene.on_agenda().await), (SubscriptionStatus::PastDue, Some(nine(11))));
    scene.dun(&nine(11)).await;
    assert_eq!(scene.status().await, SubscriptionStatus::Suspended);
}

#[tokio::test]
async fn each_reminder_says_which_it_is_how_late_and_what_comes_and_the_end_names_its_invoice() {
    let scene = Scene::open().await;
    scene.climb(&[(1, Remind), (5, Suspend), (12, Cancel)]).await;
    scene.dun(OVERDUE).await;
    let first = scene.said(OVERDUE, "invoice.reminded").await;
    assert_eq!((&first["reminder"], &first["daysOverdue"], &first["stop"]), (&json!(1), &json!(1), &json!("suspend")));
    scene.dun(&nine(5)).await;
    assert_eq!((scene.status().await, scene.on_agenda().await), (SubscriptionStatus::Suspended, Some(nine(9))));
    scene.dun(&nine(9)).await;
    let second = scene.said(&nine(9), "invoice.reminded").await;
    assert_eq!((&second["reminder"], &second["daysOverdue"]), (&json!(2), &json!(9)));
    assert_eq!((&second["stop"], &second["stopsOn"]), (&json!("cancel"), &json!("2027-01-16")));
    scene.dun(&nine(12)).await;
    assert_eq!(scene.status().await, SubscriptionStatus::Cancelled);
    let ended = scene.said(&nine(12), "subscription.cancelled").await;
    assert_eq!((&ended["reason"], &ended["invoiceId"]), (&json!("not_paid"), &json!(scene.invoice)));
}

#[tokio::test]
async fn a_reminder_names_no_day_for_a_subscription_that_is_over() {
    let scene = Scene::open().await;
    scene.climb(&[(1, Remind), (2, Cancel), (9, Remind)]).await;
    scene.dun(OVERDUE).await;
    scene.dun(&nine(2)).await;
    assert_eq!(scene.status().await, SubscriptionStatus::Cancelled);
    scene.climb(&[(1, Remind), (9, Remind), (20, Suspend), (30, Cancel)]).await;
    scene.dun(&nine(9)).await;
    assert_eq!(scene.said(&nine(9), "invoice.reminded").await.get("stopsOn"), None);
}
