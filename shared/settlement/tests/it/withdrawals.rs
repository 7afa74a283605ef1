//! Money that is withdrawn leaves the balance at once, and the books once.

use kernel::{Money, WithdrawalId};
use ledger::{Account, Journal, WalletLine};
use payments::{NewWithdrawal, Purpose, Withdrawal, WithdrawalStatus, Withdrawals};
use table::{Transaction, pages::PageRequest};

use crate::world::{Refused, World, now, usd};

impl World {
    pub(crate) async fn withdrawal(&self, id: WithdrawalId) -> Withdrawal {
        let found = Withdrawals::new(&self.table, self.scope).get(id).await.unwrap().unwrap();
        found.trusted("a test looks")
    }

    /// Takes this much off the balance.
    pub(crate) async fn withdraw(&self, amount: i64) -> Result<WithdrawalId, Refused> {
        let account = serde_json::json!({"bank": "BCA", "number": "0123456789", "holder": "Budi"});
        let id = self.id("wdr_").parse().unwrap();
        let to = serde_json::from_value(account).unwrap();
        let new = NewWithdrawal { id, tenant_id: self.scope.tenant(), party: self.party, amount: usd(amount), to };
        self.store(&Withdrawal::hold(new, now()).map_err(|_| Refused::Cancelled)?).await?;
        Ok(id)
    }

    /// Stores a withdrawal in the state that it is in.
    pub(crate) async fn store(&self, withdrawal: &Withdrawal) -> Result<(), Refused> {
        let journal_id = || self.journal_id();
        let mut transaction = Transaction::new();
        self.settlement(&journal_id).withdraw(&mut transaction, withdrawal)?;
        self.commit(transaction).await
    }

    /// One step of a withdrawal, legal or not.
    pub(crate) async fn step(&self, id: WithdrawalId, to: WithdrawalStatus) -> Result<(), Refused> {
        let before = self.withdrawal(id).await;
        let after = match to {
            WithdrawalStatus::Held => return Ok(()),
            WithdrawalStatus::Sent => before.send(None, now()),
            WithdrawalStatus::Settled => before.settle(None, now()),
            WithdrawalStatus::Failed => before.fail("closed".to_owned(), now()),
            WithdrawalStatus::Cancelled => before.cancel(now()),
        };
        self.store(&after.map_err(|_| Refused::Cancelled)?).await
    }

    /// What holds of withdrawals at any time; how much of what came in has left by them.
    pub(crate) async fn check_withdrawals(&self) -> i64 {
        let (mut held, mut left) = (0, 0);
        for id in &self.withdrawals {
            let withdrawal = self.withdrawal(*id).await;
            match withdrawal.status() {
                WithdrawalStatus::Held | WithdrawalStatus::Sent => held += withdrawal.amount.minor(),
                WithdrawalStatus::Settled => left += withdrawal.amount.minor(),
                WithdrawalStatus::Failed | WithdrawalStatus::Cancelled => {}
            }
        }
        let row = self.balance().await;
        assert_eq!(row.held.minor(), held, "what is on its way");
        let lines = self.movements().await;
        let sum: i64 = lines.iter().map(|line| line.amount.minor()).sum();
        assert_eq!(sum, row.balance.minor(), "a replay gives the balance");
        let newest = lines.first().map_or((usd(0), usd(0)), |line| (line.balance, line.held));
        assert_eq!(newest, (row.balance, row.held), "the newest says what is there now");
        if let Some(oldest) = lines.last() {
            assert_eq!(oldest.balance, oldest.amount, "before the oldest there was nothing");
        }
        assert!(lines.iter().all(|line| !line.balance.is_negative() && !line.held.is_negative()), "{lines:?}");
        left
    }

    /// Every movement, newest first, page by page.
    async fn movements(&self) -> Vec<WalletLine> {
        let journal = Journal::new(&self.table, self.scope);
        let (mut lines, mut request) = (Vec::new(), PageRequest::default());
        loop {
            let page = journal.movements(self.party, &request).await.unwrap();
            lines.extend(page.items);
            match page.last {
                Some(last) => request.after = Some(last),
                None => return lines,
            }
        }
    }

    async fn clearing(&self) -> Money {
        let journal = Journal::new(&self.table, self.scope);
        let (from, to) = ("2026-11-01T00:00:00Z".parse().unwrap(), "2028-01-01T00:00:00Z".parse().unwrap());
        journal.balances(from, to).await.unwrap().of(Account::Clearing(kernel::Provider::Manual), usd(0).currency())
    }
}

async fn with_deposit(amount: i64) -> World {
    let mut world = World::new().await;
    let payment = world.transfer(Purpose::Deposit, amount);
    world.settle(&payment).await.unwrap();
    world.payments.push(payment.id);
    world
}

#[tokio::test]
async fn what_is_withdrawn_is_off_the_balance_until_it_has_left_or_comes_back() {
    let mut world = with_deposit(1_000).await;
    let levels = async |world: &World| {
        let row = world.balance().await;
        (row.balance.minor(), row.held.minor(), world.clearing().await.minor())
    };
    let first = world.withdraw(600).await.unwrap();
    assert_eq!(levels(&world).await, (400, 600, 1_000));
    assert!(matches!(world.withdraw(401).await, Err(Refused::Cancelled)), "more than there is");
    let second = world.withdraw(400).await.unwrap();
    assert_eq!(levels(&world).await, (0, 1_000, 1_000));
    world.step(first, WithdrawalStatus::Sent).await.unwrap();
    assert_eq!(levels(&world).await, (0, 1_000, 1_000), "sent moves nothing");
    world.step(first, WithdrawalStatus::Settled).await.unwrap();
    assert_eq!(levels(&world).await, (0, 400, 400));
    world.step(second, WithdrawalStatus::Failed).await.unwrap();
    assert_eq!(levels(&world).await, (400, 0, 400));
    world.withdrawals.extend([first, second]);
    world.check().await;
}

#[tokio::test]
async fn what_two_decide_at_once_happens_once() {
    let mut world = with_deposit(1_000).await;
    let id = world.withdraw(600).await.unwrap();
    let before = world.withdrawal(id).await;
    let sent = before.clone().send(None, now()).unwrap();
    let cancelled = before.cancel(now()).unwrap();
    world.store(&cancelled).await.unwrap();
    assert!(matches!(world.store(&sent).await, Err(Refused::Cancelled)), "read before it was cancelled");
    assert!(matches!(world.store(&cancelled).await, Err(Refused::Cancelled)), "given back twice");
    assert_eq!(world.balance().await.balance, usd(1_000));
    world.withdrawals.push(id);
    world.check().await;
}
