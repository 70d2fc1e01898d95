-- The first signed head that covers a record: the chain's hash at or after it, signed.
select
    seq,
    hash,
    at,
    key_id
from people_signedhead
where seq >= %(seq)s
order by seq, id
limit 1
