-- What moved into (+) or out of (-) wallets, by the reason of the entry.
select entry.reason, sum(moved.amount)::bigint as amount_paise
from (
    select transfer.entry_id, transfer.amount_paise as amount
    from ledger_transfer as transfer
    join ledger_account as account on account.id = transfer.credit_account_id
    where account.book = 'wallet'
    union all
    select transfer.entry_id, -transfer.amount_paise
    from ledger_transfer as transfer
    join ledger_account as account on account.id = transfer.debit_account_id
    where account.book = 'wallet'
) as moved
join ledger_entry as entry on entry.id = moved.entry_id
group by entry.reason
order by entry.reason
