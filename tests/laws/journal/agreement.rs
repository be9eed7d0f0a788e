//! Whether books say what the journal says.

use std::collections::BTreeMap;

use ledger::{Account, Books, Pool, Wallet};
use shared::id::UserId;
use shared::money::Tokens;
use shared::transaction::TransactionType::{Allocation, Credit, Expiry, Reversal, Spend};

use super::{Amounts, Journal};

impl Journal {
    pub(in super::super) fn agree(&self, books: &Books) {
        self.agree_on_accounts(books);
        for pool in books.pools.values() {
            self.agree_on_pool(pool);
        }
        let vesting = self.vesting();
        for (id, wallet) in &books.wallets {
            assert_eq!(
                wallet.vesting.0,
                vesting.get(id).copied().unwrap_or(0),
                "{id}"
            );
            self.agree_on_wallet(id, wallet);
        }
        self.agree_on_campaigns(books);
    }

    fn agree_on_accounts(&self, books: &Books) {
        for (account, sum) in &self.accounts {
            let balance = match account {
                Account::Issuance | Account::Marketplace => continue,
                Account::Pool(id) => books.pools[id].balance,
                Account::Receivable(id) => books.pools[id].receivable,
                Account::Wallet(id) => books.wallets[id].balance,
                Account::Debt(user_id, pool_id) => {
                    let debt = &books.debts[&(user_id.clone(), pool_id.clone())];
                    assert!(debt.owed >= Tokens(0), "{account:?}");
                    assert_eq!(Some(&debt.since), self.in_debt_since.get(account));
                    Tokens(-debt.owed.0)
                }
            };
            assert_eq!(i128::from(balance.0), *sum, "{account:?}");
        }
        let (mut by_user, mut to_pool) = (BTreeMap::new(), BTreeMap::new());
        for ((user_id, pool_id), debt) in &books.debts {
            *by_user.entry(user_id).or_insert(0) += debt.owed.0;
            *to_pool.entry(pool_id).or_insert(0) += debt.owed.0;
        }
        for (id, wallet) in &books.wallets {
            assert_eq!(wallet.debt.0, by_user.get(id).copied().unwrap_or(0), "{id}");
        }
        for (id, pool) in &books.pools {
            assert_eq!(
                pool.receivable.0,
                to_pool.get(id).copied().unwrap_or(0),
                "{id}"
            );
        }
    }

    fn agree_on_pool(&self, pool: &Pool) {
        let nothing = Amounts::default();
        let sums = self.of_pools.get(&pool.id).unwrap_or(&nothing);
        let kept = |tokens: Tokens| i128::from(tokens.0);
        assert!(pool.balance >= Tokens(0), "{pool:?}");
        assert_eq!(kept(pool.allocated), sums.of(Allocation), "{pool:?}");
        assert_eq!(kept(pool.distributed), sums.of(Credit), "{pool:?}");
        assert_eq!(kept(pool.expired), sums.of(Expiry), "{pool:?}");
        // What was recovered at once or later, and what is still owed.
        let reversed = kept(pool.reversed) + kept(pool.receivable);
        assert_eq!(reversed, sums.of(Reversal), "{pool:?}");
        let history = kept(pool.allocated) - kept(pool.distributed) + kept(pool.reversed)
            - kept(pool.expired);
        assert_eq!(kept(pool.balance), history, "{pool:?}");
        if let Some(refill) = &pool.refill {
            let today = self.refills.get(&(pool.id.clone(), refill.day));
            assert_eq!(refill.count, today.copied().unwrap_or(0), "{pool:?}");
            assert!(refill.count <= refill.per_day, "{pool:?}");
            assert_eq!(
                kept(refill.allowance),
                self.allowances[&pool.id],
                "{pool:?}"
            );
            assert!(refill.allowance >= Tokens(0), "{pool:?}");
        }
    }

    fn agree_on_wallet(&self, id: &UserId, wallet: &Wallet) {
        let nothing = Amounts::default();
        let sums = self.of_users.get(id).unwrap_or(&nothing);
        let kept = |tokens: Tokens| i128::from(tokens.0);
        assert!(
            Tokens(0) <= wallet.vesting && wallet.vesting <= wallet.balance,
            "{wallet:?}"
        );
        assert_eq!(kept(wallet.lifetime_earned), sums.of(Credit), "{wallet:?}");
        assert_eq!(
            kept(wallet.lifetime_reversed),
            sums.of(Reversal),
            "{wallet:?}"
        );
        assert_eq!(wallet.transactions, sums.count, "{wallet:?}");
        let history = sums.of(Credit) - sums.of(Spend) - sums.of(Reversal);
        assert_eq!(
            kept(wallet.balance) - kept(wallet.debt),
            history,
            "{wallet:?}"
        );
    }

    fn agree_on_campaigns(&self, books: &Books) {
        let nobody = BTreeMap::new();
        for (id, campaign) in &books.campaigns {
            let users = self.campaigns.get(id).unwrap_or(&nobody);
            let spent = i128::from(campaign.spent.0);
            assert_eq!(spent, users.values().sum::<i128>(), "{campaign:?}");
            assert!(
                campaign
                    .budget
                    .is_none_or(|budget| campaign.spent <= budget),
                "{campaign:?}"
            );
            for (user_id, tokens) in users {
                let key = (id.clone(), user_id.clone());
                let kept = books.campaign_users.get(&key).copied().unwrap_or_default();
                assert_eq!(i128::from(kept.0), *tokens, "{campaign:?}");
                assert!(
                    campaign.per_user_cap.is_none_or(|cap| kept <= cap),
                    "{campaign:?}"
                );
            }
        }
    }
}
