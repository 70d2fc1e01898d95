-- The wallets of a run's owners, locked in order of owner. The reach of the owners is said
-- too: the planner then sees that it need not pass over the whole fleet.
select owner_id, account_id
from ledger_wallet
where
    owner_id = any(%(owners)s::bigint[])
    and owner_id between %(first)s and %(last)s
order by owner_id
for update
