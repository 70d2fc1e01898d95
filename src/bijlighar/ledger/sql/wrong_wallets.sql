-- Owners whose running balance differs from the sum of what moved; none, always.
select wallet.owner_id
from ledger_wallet as wallet
left join (
    select account_id, sum(amount_paise) as amount
    from ledger_movement
    group by account_id
) as proof on proof.account_id = wallet.account_id
where wallet.balance_paise <> coalesce(proof.amount, 0)
order by wallet.owner_id
