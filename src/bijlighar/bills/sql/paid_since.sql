-- What was paid on each bill of a connection since its period ended.
select bill.number, coalesce(sum(transfer.amount_paise), 0)::bigint as paid_paise
from bills_bill as bill
join ledger_wallet as wallet on wallet.owner_id = bill.connection_id
join ledger_transfer as transfer on transfer.credit_account_id = wallet.account_id
join ledger_account as other on other.id = transfer.debit_account_id and other.book = %(book)s
join ledger_entry as entry on entry.id = transfer.entry_id
where
    bill.number = any(%(numbers)s)
    and (
        entry.effective_at > (bill.until_day::timestamp at time zone 'Asia/Kolkata')
        or entry.id > bill.seen_entry_id
    )
group by bill.number
