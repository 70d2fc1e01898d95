-- The balance of a wallet right after a supply day was charged, in paise: the running
-- balance without what moved since, which is less to read than all that moved before. The
-- day's own entry is found by the day it took effect on; a day that moved nothing leaves the
-- balance as it was when it was charged.
with moves as materialized (
    select movement.entry_id, movement.amount_paise, entry.recorded_at, entry.effective_at,
        entry.reason
    from ledger_wallet as wallet
    join ledger_movement as movement on movement.account_id = wallet.account_id
    join ledger_entry as entry on entry.id = movement.entry_id
    where wallet.owner_id = %(id)s and entry.recorded_at >= %(charged_at)s
),
own as (
    select max(entry_id) as entry_id
    from moves
    where
        reason = any(%(reasons)s)
        and effective_at = %(day_ends)s
        and recorded_at = %(charged_at)s
)

select (
    wallet.balance_paise - coalesce((
        select sum(moves.amount_paise)
        from moves, own
        where
            moves.recorded_at > %(charged_at)s
            or moves.entry_id > own.entry_id
    ), 0)
)::bigint as balance_paise
from ledger_wallet as wallet
where wallet.owner_id = %(id)s
