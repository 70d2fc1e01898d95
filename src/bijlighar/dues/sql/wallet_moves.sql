-- What moved into (+) or out of (-) each owner's wallet in entries that are true from an
-- instant on or were recorded after it, in order: one row an entry. The night's runs are
-- found by the entry and not by the account (ledger.WalletMove).
with account as materialized (
    select id, owner_id
    from ledger_account
    where book = 'wallet' and owner_id = any(%(ids)s::bigint[])
),
recent as materialized (
    select id, reason, effective_at, recorded_at
    from ledger_entry
    where effective_at >= %(since)s or recorded_at > %(since)s
),
moved as (
    select account.owner_id, transfer.entry_id, transfer.amount_paise
    from account
    join ledger_transfer as transfer on transfer.credit_account_id = account.id
    union all
    select account.owner_id, transfer.entry_id, -transfer.amount_paise
    from account
    join ledger_transfer as transfer on transfer.debit_account_id = account.id
    union all
    select account.owner_id, run.entry_id, run.amount_paise
    from account
    cross join recent
    join ledger_walletmove as run
        on run.entry_id = recent.id and run.account_id = account.id
)
select
    moved.owner_id,
    recent.reason,
    recent.effective_at,
    recent.recorded_at,
    sum(moved.amount_paise)::bigint as amount_paise
from moved
join recent on recent.id = moved.entry_id
group by moved.owner_id, recent.id, recent.reason, recent.effective_at, recent.recorded_at
order by moved.owner_id, recent.effective_at, recent.id
