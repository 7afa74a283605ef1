//! `GET /api/v1/invoices/{id}`: one invoice.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use billing::{Invoice, InvoiceStatus, Invoices};
use identity::Reach;
use kernel::InvoiceId;
use web::{Api, Caller, Envelope, Id, Needs, Problem, Reply};

use crate::{InvoicesRead, invoices::invoice_view::InvoiceView};

/// Get an invoice
#[utoipa::path(get, path = "/api/v1/invoices/{id}", responses((status = 200, body = Envelope<InvoiceView>)))]
pub async fn get_invoice(
    State(api): State<Api>,
    caller: Caller<InvoicesRead>,
    Id(id): Id<InvoiceId>,
) -> Result<Reply, Problem> {
    let invoice = within_reach(&api, &caller, id).await?;
    let base = caller.tenant.base_url(&api.config().public_url);
    Ok(Reply::ok(&InvoiceView::with_page(&api, (caller.tenant(), &base), &invoice))?.version(invoice.version))
}

/// The invoice of this id, if the caller may see it: the same 404 for one that is not there, one that is not theirs, and for
/// a customer a draft.
pub(crate) async fn within_reach<P: Needs>(api: &Api, caller: &Caller<P>, id: InvoiceId) -> Result<Invoice, Problem> {
    let found = Invoices::new(api.table(), caller.scope).get(id).await?.ok_or_else(Problem::not_found)?;
    let invoice = caller.open(api, found).await?;
    match caller.reach {
        Reach::Own if invoice.status() == InvoiceStatus::Draft => Err(Problem::not_found()),
        Reach::Own | Reach::Tenant => Ok(invoice),
    }
}

#[cfg(test)]
mod tests {
    use billing::{PayLink, PayLinks};
    use identity::Role;
    use serde_json::Value;

    use crate::world::World;

    #[tokio::test]
    #[expect(clippy::too_many_lines, reason = "the whole answer is what is shown")]
    async fn an_invoice_is_shown_as_it_was_issued() {
        let world = World::open().await;
        let id = world.invoiced(&world.customer, "PREMIUM", "IDR", 1_250).await.id;
        let path = format!("/api/v1/invoices/{id}");
        let answer = world.client.get(path).bearer(&world.fresh(&world.customer).await).send().await;
        insta::assert_snapshot!(answer.snapshot(), @r#"
        200 OK
        etag: "1"
        {
          "data": {
            "amountDue": {
              "amount": 581640,
              "currency": "IDR"
            },
            "billTo": {
              "address": [],
              "company": null,
              "email": "budi@example.com",
              "name": "Budi",
              "phone": null,
              "taxId": null
            },
            "coupons": [],
            "creditNotes": [],
            "credited": {
              "amount": 0,
              "currency": "IDR"
            },
            "creditsApplied": {
              "amount": 0,
              "currency": "IDR"
            },
            "currency": "IDR",
            "customerId": "cus_01M7XSW1M0000000000000000C",
            "discount": {
              "amount": 0,
              "currency": "IDR"
            },
            "dueDate": "2027-01-04",
            "id": "inv_01MAA9RJ80000000000000000F",
            "issueDate": "2026-12-21",
            "issuedAt": "2026-12-20T18:00:00.000Z",
            "kind": "recurring",
            "language": "id",
            "lines": [
              {
                "amount": {
                  "amount": 449000,
                  "currency": "IDR"
                },
                "discount": {
                  "amount": 0,
                  "currency": "IDR"
                },
                "kind": "base",
                "name": "Premium",
                "period": {
                  "end": "2027-01-21",
                  "start": "2026-12-21"
                },
                "quantity": 1,
                "taxes": [
                  {
                    "category": "standard",
                    "code": "PPN",
                    "tax": {
                      "amount": 49390,
                      "currency": "IDR"
                    },
                    "taxable": {
                      "amount": 449000,
                      "currency": "IDR"
                    }
                  }
                ]
              },
              {
                "amount": {
                  "amount": 75000,
                  "currency": "IDR"
                },
                "discount": {
                  "amount": 0,
                  "currency": "IDR"
                },
                "kind": "usage",
                "name": "Predictions",
                "period": {
                  "end": "2026-12-21",
                  "start": "2026-11-21"
                },
                "quantity": 1250,
                "taxes": [
                  {
                    "category": "standard",
                    "code": "PPN",
                    "tax": {
                      "amount": 8250,
                      "currency": "IDR"
                    },
                    "taxable": {
                      "amount": 75000,
                      "currency": "IDR"
                    }
                  }
                ],
                "usage": {
                  "feature": "predictions",
                  "included": 1000,
                  "model": "per_unit",
                  "per": 1,
                  "quantity": 1250,
                  "unitAmount": {
                    "amount": 300,
                    "currency": "IDR"
                  }
                }
              }
            ],
            "memo": null,
            "number": "INV-2026-12-0001",
            "overdue": false,
            "paidAt": null,
            "payUrl": "https://api.ruko.test/pay/Wm8GWbZudq30AjTty18bUpta2fH-uMTAvIXosJtmR08BTXg9gqeEH1z8T_av-W9U",
            "paymentId": null,
            "paymentsApplied": {
              "amount": 0,
              "currency": "IDR"
            },
            "period": {
              "end": "2027-01-21",
              "start": "2026-11-21"
            },
            "planKey": "PREMIUM",
            "seller": {
              "address": [
                "Jl. Melati 5",
                "Bandung 40115"
              ],
              "company": "PT Toko A",
              "email": null,
              "name": "Toko toko-a",
              "phone": null,
              "taxId": "0123456789012345"
            },
            "sentAt": null,
            "status": "open",
            "subscriptionId": "sub_01M7XSW1M0000000000000000D",
            "subtotal": {
              "amount": 524000,
              "currency": "IDR"
            },
            "surplus": {
              "amount": 0,
              "currency": "IDR"
            },
            "taxes": [
              {
                "category": "standard",
                "code": "PPN",
                "inclusive": false,
                "rateBasisPoints": 1100,
                "statutory": {
                  "base": {
                    "amount": 480333,
                    "currency": "IDR"
                  },
                  "rateBasisPoints": 1200
                },
                "tax": {
                  "amount": 57640,
                  "currency": "IDR"
                },
                "taxable": {
                  "amount": 524000,
                  "currency": "IDR"
                }
              }
            ],
            "termsDays": null,
            "total": {
              "amount": 581640,
              "currency": "IDR"
            },
            "voidedAt": null
          },
          "success": true
        }
        "#);
    }

    #[tokio::test]
    async fn the_page_to_pay_at_is_named_while_something_is_due() {
        let world = World::open().await;
        let invoice = world.invoiced(&world.customer, "BASIC", "IDR", 0).await;
        let get = async |path: String| {
            let token = world.fresh(&world.customer).await;
            world.client.get(path).bearer(&token).send().await
        };
        let one = || get(format!("/api/v1/invoices/{}", invoice.id));
        let url = one().await.text("/data/payUrl");
        let keys = &world.stack.ctx().ports().keys;
        let links = PayLinks::new(|purpose| keys.derive(purpose));
        let expected = PayLink { tenant: world.owner.scope.tenant(), invoice: invoice.id };
        assert_eq!(links.open(url.strip_prefix("https://api.ruko.test/pay/").unwrap()), Some(expected));
        let list = get("/api/v1/invoices".to_owned()).await;
        assert_eq!((list.text("/data/0/id"), list.at("/data/0/payUrl")), (invoice.id.to_string(), Value::Null));
        world.pay(&invoice).await;
        assert_eq!(one().await.at("/data/payUrl"), Value::Null);
    }

    #[tokio::test]
    async fn an_open_invoice_becomes_overdue_by_itself() {
        let world = World::open().await;
        let id = world.invoiced(&world.customer, "BASIC", "USD", 0).await.id;
        for (now, overdue) in [("2027-01-04T16:59:59Z", false), ("2027-01-04T17:00:00Z", true)] {
            world.stack.set_clock(now);
            let token = world.fresh(&world.customer).await;
            let answer = world.client.get(format!("/api/v1/invoices/{id}")).bearer(&token).send().await;
            assert_eq!(answer.at("/data/overdue"), overdue, "{now}");
        }
    }

    #[tokio::test]
    async fn an_invoice_is_seen_by_its_customer_and_members_and_nobody_else() {
        let world = World::open().await;
        let id = world.invoiced(&world.customer, "BASIC", "USD", 0).await.id.to_string();
        let other = world.stack.user(world.customer.scope, "siti@example.com", Role::User).await;
        let (_, stranger) = world.stack.tenant("toko-b").await;
        let get =
            async |token: &str, id: &str| world.client.get(format!("/api/v1/invoices/{id}")).bearer(token).send().await;
        let own = get(&world.fresh(&world.customer).await, &id).await;
        assert_eq!((own.status.as_u16(), own.header("etag")), (200, "\"1\""));
        assert_eq!(get(&world.fresh(&world.owner).await, &id).await.body, own.body);
        let missing = get(&other.token, "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X").await;
        for foreign in [get(&other.token, &id).await, get(&stranger.token, &id).await, get(&other.token, "x").await] {
            assert_eq!(foreign.status, 404);
            assert_eq!(foreign.at("/detail"), missing.at("/detail"));
        }
        let nobody = world.client.get(format!("/api/v1/invoices/{id}")).send().await;
        assert_eq!(nobody.text("/code"), "UNAUTHENTICATED");
    }

    #[tokio::test]
    async fn what_is_no_id_is_not_there_whatever_its_bytes() {
        let world = World::open().await;
        for id in ["%FF", "%C3%28", "%00", "a%2Fb", "inv_", "%E2%80%AE"] {
            let answer = world.client.get(format!("/api/v1/invoices/{id}")).bearer(&world.customer.token).send().await;
            assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (404, "NOT_FOUND"), "{id}");
        }
    }
}
