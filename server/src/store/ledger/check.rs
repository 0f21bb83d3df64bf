//! Whether the books are right.

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::store::CheckReport;

/// How much of all assets is wrong; 0 is right.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(in crate::store) struct Faults {
    /// In the balances now: what does not sum to zero, and what stands below zero where it may not.
    pub(in crate::store) balances: u64,
    /// In the bookings that were looked at: what does not sum to zero.
    pub(in crate::store) bookings: u64,
    /// The last booking.
    pub(in crate::store) last_booking: i64,
    /// What was booked from `source:correction`. Not wrong, but worth a look.
    pub(in crate::store) corrected: u64,
}

/// Looks at the balances, and at the bookings after one of them.
pub(in crate::store) fn faults(connection: &Connection, after: i64) -> rusqlite::Result<Faults> {
    // One transaction, so that everything is seen in the same state.
    let transaction = connection.unchecked_transaction()?;
    let sum = |sql: &str| -> rusqlite::Result<u64> {
        let mut select = transaction.prepare(sql)?;
        let amounts = select.query_map([after], |row| row.get::<_, i64>(0))?;
        amounts.map(|amount| amount.map(i64::unsigned_abs)).sum()
    };
    let unbalanced = sum("SELECT sum(amount) FROM balances WHERE ?1 >= 0 GROUP BY asset")?;
    let overdrawn = sum(
        "SELECT amount FROM balances WHERE ?1 >= 0 AND amount < 0 AND party NOT GLOB 'source:*'",
    )?;
    Ok(Faults {
        balances: unbalanced.saturating_add(overdrawn),
        bookings: sum(
            "SELECT sum(amount) FROM entries WHERE booking > ?1 GROUP BY booking, asset",
        )?,
        corrected: sum(
            "SELECT amount FROM balances WHERE ?1 >= 0 AND party = 'source:correction'",
        )?,
        last_booking: transaction.query_row(
            "SELECT coalesce(max(id), 0) FROM bookings",
            (),
            |row| row.get(0),
        )?,
    })
}

/// Notes everything that is wrong in all of the ledger.
pub(in crate::store) fn check(
    connection: &Connection,
    report: &mut CheckReport,
) -> rusqlite::Result<()> {
    for (sql, wrong) in [
        (
            "SELECT booking, asset, sum(amount) AS rest FROM entries GROUP BY booking, asset HAVING rest <> 0",
            "a booking does not sum to zero (booking, asset, rest)",
        ),
        (
            "SELECT '', asset, sum(amount) AS rest FROM balances GROUP BY asset HAVING rest <> 0",
            "the balances do not sum to zero (asset, rest)",
        ),
        (
            "SELECT party, asset, amount FROM balances WHERE amount < 0 AND party NOT GLOB 'source:*'",
            "a balance is below zero (party, asset, amount)",
        ),
        (
            "SELECT party, asset, sum(amount) AS rest FROM (SELECT party, asset, amount FROM entries \
             UNION ALL SELECT party, asset, -amount FROM balances) GROUP BY party, asset HAVING rest <> 0",
            "a balance is not the sum of its entries (party, asset, difference)",
        ),
    ] {
        let mut select = connection.prepare(sql)?;
        let mut rows = select.query(())?;
        while let Some(row) = rows.next()? {
            let of = match row.get_ref(0)? {
                ValueRef::Integer(number) => number.to_string(),
                other => other.as_str().unwrap_or_default().to_owned(),
            };
            let (asset, rest): (String, i64) = (row.get(1)?, row.get(2)?);
            report.note(format!("the ledger: {wrong}: {of} {asset} {rest}"));
        }
    }
    Ok(())
}
