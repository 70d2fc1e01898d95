-- Add each owner's change to the running balance; the rows are locked already.
update ledger_wallet as wallet
set balance_paise = wallet.balance_paise + moved.change, as_of = %(now)s
from unnest(%(owners)s::bigint[], %(changes)s::bigint[]) as moved (owner_id, change)
where wallet.owner_id = moved.owner_id
