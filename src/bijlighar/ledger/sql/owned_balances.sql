-- What each owner's account of a book holds: credits less debits.
select account.owner_id, sum(moved.amount_paise)::bigint as amount_paise
from ledger_account as account
cross join lateral (
    select amount_paise from ledger_transfer where credit_account_id = account.id
    union all
    select -amount_paise from ledger_transfer where debit_account_id = account.id
) as moved
where account.book = %(book)s and account.owner_id = any(%(owners)s::bigint[])
group by account.owner_id
