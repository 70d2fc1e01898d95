-- Insert transfers given as columns.
insert into ledger_transfer
    (entry_id, debit_account_id, credit_account_id, head, amount_paise)
select *
from unnest(
    %(entries)s::bigint[],
    %(debits)s::bigint[],
    %(credits)s::bigint[],
    %(heads)s::text[],
    %(amounts)s::bigint[]
)
