-- The service levels of some nodes on the days of a period.
select
    day,
    node_id,
    meters,
    read_on_time,
    read_in_a_day,
    read_at_all,
    blocks_in_a_day,
    blocks_filled,
    command_steps,
    read_steps,
    counted_at
from dashboards_servicelevel
where
    node_id = any(%(ids)s::bigint[]) and day >= %(first)s and day < %(until)s
order by day, node_id
