-- The balance of a wallet right after one entry, in paise.
select coalesce(sum(
    case when transfer.credit_account_id = wallet.account_id then transfer.amount_paise
    else -transfer.amount_paise end
), 0)::bigint as balance_paise
from ledger_wallet as wallet
join ledger_transfer as transfer
    on wallet.account_id in (transfer.credit_account_id, transfer.debit_account_id)
where
    wallet.owner_id = %(id)s
    and transfer.entry_id <= (
        select id from ledger_entry where reason = %(reason)s and source = %(source)s
    )
