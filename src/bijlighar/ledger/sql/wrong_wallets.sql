-- Owners whose running balance differs from the sum of their transfers; none, always.
select wallet.owner_id
from ledger_wallet as wallet
left join (
    select account_id, sum(amount) as amount
    from (
        select credit_account_id as account_id, amount_paise as amount from ledger_transfer
        union all
        select debit_account_id, -amount_paise from ledger_transfer
    ) as moved
    group by account_id
) as proof on proof.account_id = wallet.account_id
where wallet.balance_paise <> coalesce(proof.amount, 0)
order by wallet.owner_id
