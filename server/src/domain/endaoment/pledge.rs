//! What is pledged to a fund, in cash and in stock.

use ledger::{FundCommand, FundOutcome, Pledge};
use serde::Serialize;
use shared::endaoment::pledge::{
    EmployeeStockPlan, PledgeCash, PledgeMade, PledgeStock, StockLot, StockPledgeData,
};
use shared::endaoment::quantity::Quantity;
use shared::id::{FundId, PartnerId, PledgeId, UserId};
use shared::money::MicroDollars;
use shared::time::Timestamp;

use super::acting::check_provisioned;
use super::{check, submit};
use crate::app::App;
use crate::domain::replay::{Once, reused};
use crate::domain::text::{self, Checked, refuse_any};
use crate::error::Error;
use crate::store::fund;
use crate::store::person::Person;
use crate::vault;

/// The longest name that a partner gives a pledge, in characters.
const MAX_OPERATION_ID: usize = 36;
const MAX_TICKER: usize = 20;
/// The most parts in which stock was bought.
const MAX_LOTS: usize = 500;

/// A pledge of either kind, every field checked.
#[derive(Clone, Debug, Serialize)]
pub struct Pledged {
    key: String,
    fund_id: FundId,
    operation_id: String,
    amount: MicroDollars,
    stock: Option<StockPledgeData>,
}

impl Pledged {
    pub fn cash(request: PledgeCash) -> Result<Self, Error> {
        let common = Common {
            key: &request.idempotency_key,
            fund_id: &request.receiving_fund_id,
            operation_id: &request.partner_operation_id,
        };
        let amount = check::amount(request.pledged_amount_micro_dollars);
        refuse_any(
            [("pledgedAmountMicroDollars", amount)]
                .into_iter()
                .chain(common.check()),
        )?;
        Ok(Self {
            key: request.idempotency_key.to_ascii_lowercase(),
            fund_id: FundId(request.receiving_fund_id.0.to_ascii_lowercase()),
            operation_id: request.partner_operation_id,
            amount: request.pledged_amount_micro_dollars,
            stock: None,
        })
    }

    pub fn stock(request: PledgeStock) -> Result<Self, Error> {
        let common = Common {
            key: &request.idempotency_key,
            fund_id: &request.receiving_fund_id,
            operation_id: &request.partner_operation_id,
        };
        let amount = check::amount(request.donation_value_micro_dollars);
        let fields = [("donationValueMicroDollars", amount)].into_iter();
        let fields = fields.chain(common.check());
        let fields = fields.map(|(name, checked)| (name.to_owned(), checked));
        refuse_any(fields.chain(stock(&request.stock_pledge_data)))?;
        Ok(Self {
            key: request.idempotency_key.to_ascii_lowercase(),
            fund_id: FundId(request.receiving_fund_id.0.to_ascii_lowercase()),
            operation_id: request.partner_operation_id,
            amount: request.donation_value_micro_dollars,
            stock: Some(request.stock_pledge_data),
        })
    }

    /// A hash of what is asked, and by whom.
    fn fingerprint(&self, giver: &UserId) -> Result<String, Error> {
        let asked = serde_json::to_vec(&(self, giver)).map_err(Error::internal)?;
        Ok(vault::hash(asked))
    }
}

/// Credits the fund, or gives the first answer again under the same key.
pub async fn make(
    app: &App,
    partner_id: &PartnerId,
    pledged: Pledged,
    giver: &Person,
) -> Result<Once<PledgeMade>, Error> {
    let fingerprint = pledged.fingerprint(&giver.user_id)?;
    let mut conn = app.db.read().await?;
    let earlier = fund::pledge_under(&mut conn, partner_id, &pledged.key).await?;
    drop(conn);
    match earlier {
        Some((_, first)) if first != fingerprint => return Err(reused()),
        Some((id, _)) => return Ok(Once::again(PledgeMade { id })),
        None => check_provisioned(giver)?,
    }
    let stock = pledged.stock.as_ref().map(serde_json::to_string);
    let command = Pledge {
        seed: app.context.seed(),
        id: PledgeId(app.context.uuid()),
        key: pledged.key,
        fingerprint,
        operation_id: pledged.operation_id,
        fund_id: pledged.fund_id,
        user_id: giver.user_id.clone(),
        amount: pledged.amount,
        stock: stock.transpose().map_err(Error::internal)?,
    };
    match submit(app, partner_id, FundCommand::Pledge(command)).await? {
        FundOutcome::Pledged { id, replayed } => Ok(Once {
            answer: PledgeMade { id },
            is_replay: replayed,
        }),
        other @ FundOutcome::Submitted { .. } => {
            Err(Error::internal(format!("a pledge ended as {other:?}")))
        }
    }
}

/// What both kinds have.
struct Common<'a> {
    key: &'a str,
    fund_id: &'a FundId,
    operation_id: &'a str,
}

impl Common<'_> {
    fn check(&self) -> [(&'static str, Checked); 3] {
        [
            ("idempotencyKey", check::uuid(self.key).map(drop)),
            (
                "receivingFundId",
                check::uuid(self.fund_id.as_str()).map(drop),
            ),
            (
                "partnerOperationId",
                text::ascii(self.operation_id, MAX_OPERATION_ID),
            ),
        ]
    }
}

fn stock(data: &StockPledgeData) -> Vec<(String, Checked)> {
    let field = |name: &str, checked| (format!("stockPledgeData.{name}"), checked);
    let mut fields = vec![
        field("shares", some_shares(data.shares)),
        field("ticker", text::ascii(data.ticker.trim(), MAX_TICKER)),
    ];
    let lots = data.lots.as_deref().unwrap_or_default();
    fields.push(field("lots", check_lots(lots, data.shares)));
    for (place, lot) in lots.iter().take(MAX_LOTS).enumerate() {
        for (name, checked) in check_lot(lot) {
            fields.push(field(&format!("lots[{place}].{name}"), checked));
        }
    }
    fields
}

fn some_shares(shares: Quantity) -> Checked {
    if shares > Quantity::ZERO {
        Ok(())
    } else {
        Err("must be greater than 0".to_owned())
    }
}

fn check_lots(lots: &[StockLot], shares: Quantity) -> Checked {
    if lots.len() > MAX_LOTS {
        return Err(format!("must contain no more than {MAX_LOTS} lots"));
    }
    let together = lots.iter().map(|lot| lot.number_of_shares);
    let together = together.fold(Quantity::ZERO, Quantity::plus);
    if together <= shares {
        return Ok(());
    }
    Err(format!(
        "must not add up to more than the {shares} shares; they add up to {together}"
    ))
}

fn check_lot(lot: &StockLot) -> [(&'static str, Checked); 4] {
    let is_date = |text: &str| {
        if shared::day::Day::parse(text).is_some() || Timestamp::parse(text).is_some() {
            Ok(())
        } else {
            Err("must be a day such as 2026-05-10".to_owned())
        }
    };
    let short = |text: &str| check::at_most(text, check::MAX_NAME);
    let plan = match &lot.employee_stock_plan {
        Some(EmployeeStockPlan::Name(name)) => short(name),
        Some(EmployeeStockPlan::Flag(_)) | None => Ok(()),
    };
    [
        ("numberOfShares", some_shares(lot.number_of_shares)),
        (
            "purchaseDate",
            check::optional(lot.purchase_date.as_deref(), is_date),
        ),
        ("employeeStockPlan", plan),
        ("lotId", check::optional(lot.lot_id.as_deref(), short)),
    ]
}
