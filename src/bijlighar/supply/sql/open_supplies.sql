-- Starts to look after supplies that nobody looks after yet.
insert into supply_supply (connection_id, state, since)
select connection_id, %(state)s, %(now)s
from unnest(%(connections)s::bigint[]) as wanted (connection_id)
order by connection_id
on conflict do nothing
