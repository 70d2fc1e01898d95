-- The last facts of connections.
select
    wanted.connection_id,
    fact.from_day,
    fact.category,
    fact.sanctioned_load_w,
    fact.payment_mode,
    fact.mode_since
from unnest(%(ids)s::bigint[]) as wanted (connection_id)
cross join lateral (
    select held.*
    from connections_connectionfact as held
    where held.connection_id = wanted.connection_id
    order by held.from_day desc
    limit 1
) as fact
