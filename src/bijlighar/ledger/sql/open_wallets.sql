-- Gives each owner's account a wallet with nothing in it, where there is none.
insert into ledger_wallet (account_id, owner_id, balance_paise, as_of)
select account.id, account.owner_id, 0, %(now)s
from ledger_account as account
where account.book = %(book)s and account.owner_id = any(%(owners)s::bigint[])
order by account.owner_id
on conflict do nothing
