//! Random histories: after every step the journal sums to zero, the balances beside it are what it adds up to, nobody
//! spends what is not there, and no more goes back than came in.

use billing::CreditAsked;
use payments::{Purpose, WithdrawalStatus};
use proptest::{prelude::*, test_runner::TestRunner};

use crate::world::{RefundEnd, Refused, World, usd};

#[derive(Clone, Debug)]
enum Step {
    Issue {
        net: i64,
        tax: i64,
    },
    /// An invoice for days to come.
    IssueAhead {
        net: i64,
        tax: i64,
    },
    /// What is over of it is earned.
    Earn {
        invoice: usize,
    },
    /// A payment of an invoice: of what is due when positive, of another amount otherwise.
    Pay {
        invoice: usize,
        more: i64,
    },
    /// The same payment is heard of again.
    PayAgain {
        payment: usize,
    },
    Deposit {
        amount: i64,
    },
    Refund {
        payment: usize,
        amount: i64,
        refused: bool,
    },
    WriteOff {
        invoice: usize,
    },
    /// The balance pays what is due, as far as it goes.
    PayFromBalance {
        invoice: usize,
    },
    /// A change gives back more than it asks for.
    GiveBack {
        amount: i64,
    },
    Void {
        invoice: usize,
    },
    /// Work, days to come, and a deduction from both.
    IssueMixed {
        net: i64,
        ahead: i64,
        off: i64,
    },
    Withdraw {
        amount: i64,
    },
    /// A withdrawal takes a step, legal or not.
    Advance {
        withdrawal: usize,
        to: usize,
    },
    /// A part of each line, of the first line alone where `of_line`, and all that is left where it is 0.
    Credit {
        invoice: usize,
        amount: i64,
        of_line: bool,
    },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (1_i64..5_000, 0_i64..500).prop_map(|(net, tax)| Step::Issue { net, tax }),
        2 => (1_i64..5_000, 0_i64..500).prop_map(|(net, tax)| Step::IssueAhead { net, tax }),
        4 => any::<usize>().prop_map(|invoice| Step::Earn { invoice }),
        5 => (any::<usize>(), prop_oneof![3 => Just(0), 1 => -3_i64..2_000]).prop_map(|(invoice, more)| Step::Pay { invoice, more }),
        1 => any::<usize>().prop_map(|payment| Step::PayAgain { payment }),
        1 => (1_i64..3_000).prop_map(|amount| Step::Deposit { amount }),
        3 => (any::<usize>(), -1_i64..4_000, any::<bool>())
            .prop_map(|(payment, amount, refused)| Step::Refund { payment, amount, refused }),
        1 => any::<usize>().prop_map(|invoice| Step::WriteOff { invoice }),
        2 => any::<usize>().prop_map(|invoice| Step::PayFromBalance { invoice }),
        1 => (1_i64..3_000).prop_map(|amount| Step::GiveBack { amount }),
        2 => (-1_i64..3_000).prop_map(|amount| Step::Withdraw { amount }),
        3 => (any::<usize>(), 0_usize..5).prop_map(|(withdrawal, to)| Step::Advance { withdrawal, to }),
        3 => any::<usize>().prop_map(|invoice| Step::Void { invoice }),
        2 => (1_i64..3_000, 1_i64..3_000, 0_i64..3_000).prop_map(|(net, ahead, off)| Step::IssueMixed { net, ahead, off }),
        5 => (any::<usize>(), prop_oneof![1 => Just(0), 4 => -1_i64..2_500], any::<bool>())
            .prop_map(|(invoice, amount, of_line)| Step::Credit { invoice, amount, of_line }),
    ]
}

/// One of those that there are.
fn one_of<T: Copy>(all: &[T], which: usize) -> Option<T> {
    which.checked_rem(all.len()).map(|at| all[at])
}

async fn take(world: &mut World, step: &Step) -> Result<(), Refused> {
    match *step {
        Step::Issue { net, tax } => {
            world.issue(net, tax).await;
        }
        Step::IssueAhead { net, tax } => {
            world.issue_ahead(net, tax, "2027-02-21").await;
        }
        Step::Earn { invoice } => {
            let Some(id) = one_of(&world.invoices, invoice) else { return Ok(()) };
            world.earn(id).await?;
        }
        Step::Pay { invoice, more } => {
            let Some(invoice_id) = one_of(&world.invoices, invoice) else { return Ok(()) };
            let due = world.invoice(invoice_id).await.amount_due().minor();
            let payment = world.transfer(Purpose::Invoice { invoice_id }, (due + more).max(1));
            world.settle(&payment).await?;
            world.payments.push(payment.id);
        }
        Step::PayAgain { payment } => {
            let Some(id) = one_of(&world.payments, payment) else { return Ok(()) };
            let payment = world.payment(id).await;
            assert!(matches!(world.settle(&payment).await, Err(Refused::Cancelled)), "settled twice");
        }
        Step::Deposit { amount } => {
            let payment = world.transfer(Purpose::Deposit, amount);
            let settled = world.settle(&payment).await?;
            assert_eq!(settled.kept, payment.amount);
            world.payments.push(payment.id);
        }
        Step::Refund { payment, amount, refused } => {
            let Some(id) = one_of(&world.payments, payment) else { return Ok(()) };
            world.refund(id, amount, if refused { RefundEnd::Refused } else { RefundEnd::Given }).await?;
        }
        Step::WriteOff { invoice } => {
            let Some(id) = one_of(&world.invoices, invoice) else { return Ok(()) };
            world.write_off(id).await?;
        }
        Step::PayFromBalance { invoice } => {
            let Some(id) = one_of(&world.invoices, invoice) else { return Ok(()) };
            world.pay(id).await?;
        }
        Step::GiveBack { amount } => {
            world.give_back(amount).await?;
        }
        Step::Withdraw { amount } => {
            let before = world.balance().await;
            let id = world.withdraw(amount).await?;
            world.withdrawals.push(id);
            assert_eq!(world.balance().await.balance.minor(), before.balance.minor() - amount);
        }
        Step::Advance { withdrawal, to } => {
            let Some(id) = one_of(&world.withdrawals, withdrawal) else { return Ok(()) };
            world.step(id, WithdrawalStatus::ALL[to]).await?;
        }
        Step::Void { invoice } => {
            let Some(id) = one_of(&world.invoices, invoice) else { return Ok(()) };
            let before = world.invoice(id).await;
            let on_balance = world.balance().await.balance.minor();
            assert_eq!(world.void(id).await?, before.credits_applied);
            assert_eq!(world.balance().await.balance.minor(), on_balance + before.credits_applied.minor());
            assert_eq!(world.earns_at(id).await, None, "what is void is earned no more");
        }
        Step::IssueMixed { net, ahead, off } => {
            world.issue_mixed(net, ahead, off.min(net + ahead)).await;
        }
        Step::Credit { invoice, amount, of_line } => {
            let Some(id) = one_of(&world.invoices, invoice) else { return Ok(()) };
            let before = world.invoice(id).await;
            let on_balance = world.balance().await.balance.minor();
            let note = match (amount, of_line) {
                (0, _) => world.credit(id, CreditAsked::Rest).await?,
                (_, true) => world.credit_line(id, amount).await?,
                (_, false) => world.credit(id, CreditAsked::Amount(usd(amount))).await?,
            };
            let after = world.invoice(id).await;
            assert_eq!(after.credited().unwrap().minor(), before.credited().unwrap().minor() + note.total.minor());
            assert_eq!(after.amount_due().minor(), before.amount_due().minor() - note.against_due.minor());
            assert_eq!(world.balance().await.balance.minor(), on_balance + note.to_balance.minor());
        }
    }
    Ok(())
}

#[test]
fn the_books_hold_after_every_step_of_any_history() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::new(ProptestConfig { cases: 16, max_shrink_iters: 100, ..ProptestConfig::default() });
    let histories = prop::collection::vec(step(), 1..24);
    let done = runner.run(&histories, |steps| {
        runtime.block_on(async {
            let mut world = World::new().await;
            for step in &steps {
                // What is refused has changed nothing.
                let _refused = take(&mut world, step).await;
                world.check().await;
            }
        });
        Ok(())
    });
    done.unwrap();
}
