-- The last charged day of each connection: one step into the index, however long its past.
select wanted.connection_id, last.day, last.id
from unnest(%(ids)s::bigint[]) as wanted (connection_id)
join lateral (
    select charge.day, charge.id
    from charges_daycharge as charge
    where charge.connection_id = wanted.connection_id
    order by charge.day desc
    limit 1
) as last on true
