-- The last day of each connection that was charged on a reading.
select wanted.connection_id, last.day
from unnest(%(ids)s::bigint[]) as wanted (connection_id)
join lateral (
    select charge.day
    from charges_day as charge
    where charge.connection_id = wanted.connection_id and not charge.is_provisional
    order by charge.day desc
    limit 1
) as last on true
