-- Add what a run entry has moved to the running balances; the rows are locked already.
update ledger_wallet as wallet
set balance_paise = wallet.balance_paise + moved.amount_paise, as_of = %(now)s
from ledger_walletmove as moved
where
    moved.entry_id = %(entry)s
    and wallet.account_id = moved.account_id
    and wallet.owner_id between %(first)s and %(last)s
