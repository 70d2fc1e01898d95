-- Run entries whose wallets and books do not move by nothing together; none, always.
select entry_id
from (
    select entry_id, amount_paise from ledger_walletmove
    union all
    select entry_id, amount_paise from ledger_bookmove
) as moved
group by entry_id
having sum(amount_paise) <> 0
order by entry_id
