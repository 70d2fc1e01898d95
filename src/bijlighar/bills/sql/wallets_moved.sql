-- What moved each wallet besides charged days, by the book on the other side, into it or out
-- of it, and whether it took effect after the period: what no bill before knows of.
with wanted as materialized (
    select asked.*, wallet.account_id
    from
        unnest(
            %(ids)s::bigint[], %(known_ends)s::timestamptz[], %(known_entry_ids)s::bigint[]
        ) as asked (connection_id, known_ends, known_entry_id)
    join ledger_wallet as wallet on wallet.owner_id = asked.connection_id
),
-- Runs over part of the fleet that are no charges: each is of one kind.
runs as materialized (
    select told.entry_id, min(account.book) as book
    from ledger_account as account
    join ledger_bookmove as told on told.account_id = account.id
    join ledger_entry as entry on entry.id = told.entry_id
    where
        account.owner_id is null
        and account.book <> all(%(books_of_charges)s::text[])
        and entry.recorded_at >= %(recorded_since)s
    group by told.entry_id
),
moved as (
    select wanted.connection_id, transfer.entry_id, other.book, transfer.amount_paise
    from wanted
    join ledger_transfer as transfer on transfer.credit_account_id = wanted.account_id
    join ledger_account as other on other.id = transfer.debit_account_id
    union all
    select wanted.connection_id, transfer.entry_id, other.book, -transfer.amount_paise
    from wanted
    join ledger_transfer as transfer on transfer.debit_account_id = wanted.account_id
    join ledger_account as other on other.id = transfer.credit_account_id
    union all
    select wanted.connection_id, runs.entry_id, runs.book, move.amount_paise
    from runs
    join ledger_walletmove as move
        on
            move.entry_id = runs.entry_id
            and move.account_id = any(array(select account_id from wanted))
    join wanted on wanted.account_id = move.account_id
)
select
    moved.connection_id,
    moved.book,
    moved.amount_paise > 0 as is_into,
    entry.effective_at > %(ends)s as is_after,
    sum(moved.amount_paise)::bigint as amount_paise
from moved
join wanted on wanted.connection_id = moved.connection_id
join ledger_entry as entry on entry.id = moved.entry_id
where entry.effective_at > wanted.known_ends or entry.id > wanted.known_entry_id
group by 1, 2, 3, 4
order by 1, 2, 3, 4
