-- What each wallet was opened with: credits less debits of its opening entry.
select
    account.owner_id,
    sum(
        case when transfer.credit_account_id = account.id then transfer.amount_paise
        else -transfer.amount_paise end
    )::bigint as amount_paise
from ledger_entry as entry
join ledger_transfer as transfer on transfer.entry_id = entry.id
join ledger_account as account
    on account.id in (transfer.credit_account_id, transfer.debit_account_id)
where
    entry.reason = %(reason)s
    and account.book = 'wallet'
    and account.owner_id = any(%(owners)s::bigint[])
    and entry.source = any(
        array(select wanted::text from unnest(%(owners)s::bigint[]) as wanted)
    )
group by account.owner_id
