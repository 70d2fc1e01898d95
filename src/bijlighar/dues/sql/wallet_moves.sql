-- What moved into (+) or out of (-) each owner's wallet in entries that are true from an
-- instant on or were recorded after it, in order: one row an entry.
--
-- Transfers are found by the account. The night's runs are found by the entry, as they have
-- no index by account (ledger.WalletMove): from the last run back to the instant, one step a
-- run, and of each those rows that lie between the first and the last account asked for. So
-- that it is quick, the owners of one question lie close together. No run is true more than
-- a day after it is recorded. `offset 0` keeps the planner from reading whole tables, of
-- whose size it cannot know what a part of the fleet has.
with recursive account as materialized (
    select id, owner_id
    from ledger_account
    where book = 'wallet' and owner_id = any(%(ids)s::bigint[])
),
reach as materialized (
    select min(id) as first, max(id) as last
    from account
),
back (entry_id) as (
    select max(entry_id)
    from ledger_walletmove
    union all
    select (
        select max(earlier.entry_id)
        from ledger_walletmove as earlier
        where earlier.entry_id < back.entry_id
    )
    from back
    join ledger_entry as entry on entry.id = back.entry_id
    where entry.recorded_at >= %(since)s::timestamptz - interval '1 day'
),
run as materialized (
    select entry.id, entry.reason, entry.effective_at, entry.recorded_at
    from back
    join ledger_entry as entry on entry.id = back.entry_id
    where entry.effective_at >= %(since)s or entry.recorded_at > %(since)s
),
transferred as (
    select account.owner_id, its.entry_id, its.amount_paise as amount_paise
    from account
    cross join lateral (
        select entry_id, amount_paise
        from ledger_transfer
        where credit_account_id = account.id
        offset 0
    ) as its
    union all
    select account.owner_id, its.entry_id, -its.amount_paise as amount_paise
    from account
    cross join lateral (
        select entry_id, amount_paise
        from ledger_transfer
        where debit_account_id = account.id
        offset 0
    ) as its
),
moved as (
    select transferred.owner_id, transferred.amount_paise, entry.*
    from transferred
    cross join lateral (
        select held.id, held.reason, held.effective_at, held.recorded_at
        from ledger_entry as held
        where held.id = transferred.entry_id
        offset 0
    ) as entry
    where entry.effective_at >= %(since)s or entry.recorded_at > %(since)s
    union all
    select account.owner_id, move.amount_paise, run.*
    from run
    cross join reach
    cross join lateral (
        select held.account_id, held.amount_paise
        from ledger_walletmove as held
        where held.entry_id = run.id and held.account_id between reach.first and reach.last
        offset 0
    ) as move
    join account on account.id = move.account_id
)
select
    owner_id,
    reason,
    effective_at,
    recorded_at,
    sum(amount_paise)::bigint as amount_paise
from moved
group by owner_id, id, reason, effective_at, recorded_at
order by owner_id, effective_at, id
