-- What moved into (+) or out of (-) wallets, by the reason of the entry.
select entry.reason, sum(moved.amount_paise)::bigint as amount_paise
from ledger_movement as moved
join ledger_account as account on account.id = moved.account_id and account.book = 'wallet'
join ledger_entry as entry on entry.id = moved.entry_id
group by entry.reason
order by entry.reason
