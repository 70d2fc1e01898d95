-- Gives each owner an account for a wallet, where there is none.
insert into ledger_account (book, head, owner_id)
select %(book)s, '', owner_id
from unnest(%(owners)s::bigint[]) as wanted (owner_id)
order by owner_id
on conflict do nothing
