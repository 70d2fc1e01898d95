-- What came into wallets beside charged days, in the order in which it was recorded, and
-- whether it is old dues that moved into a plan: what of it each bill does not know of.
select
    bill.number,
    entry.id as entry_id,
    other.book = %(arrears)s as is_plan,
    sum(transfer.amount_paise)::bigint as amount_paise
from bills_bill as bill
join ledger_wallet as wallet on wallet.owner_id = bill.connection_id
join ledger_transfer as transfer on transfer.credit_account_id = wallet.account_id
join ledger_account as other
    on other.id = transfer.debit_account_id and other.book <> all(%(books_of_charges)s::text[])
join ledger_entry as entry on entry.id = transfer.entry_id
where
    bill.number = any(%(numbers)s)
    and (
        entry.effective_at > (bill.until_day::timestamp at time zone 'Asia/Kolkata')
        or entry.id > bill.seen_entry_id
    )
group by 1, 2, 3
order by 1, 2, 3
