-- What of each connection's deposit was ever set off, less what was asked for again.
select
    wanted.connection_id,
    (coalesce(given.amount_paise, 0) - coalesce(asked.amount_paise, 0))::bigint
        as amount_paise
from unnest(%(ids)s::bigint[]) as wanted (connection_id)
cross join lateral (
    select sum(transfer.amount_paise) as amount_paise
    from ledger_account as account
    join ledger_transfer as transfer on transfer.debit_account_id = account.id
    join ledger_entry as entry on entry.id = transfer.entry_id and entry.reason = %(reason)s
    where account.book = 'deposit' and account.owner_id = wanted.connection_id
) as given
cross join lateral (
    select sum(plan.added_paise) as amount_paise
    from dues_plan as plan
    where plan.connection_id = wanted.connection_id and plan.book = 'deposit'
) as asked
