-- Connections whose last charged day is by one of some schedules, where the month goes on
-- after it: the month's first day.
select
    wanted.connection_id,
    date_trunc('month', last.day::timestamp)::date as month
from unnest(%(ids)s::bigint[]) as wanted (connection_id)
join lateral (
    select charge.day, charge.schedule_id
    from charges_daycharge as charge
    where charge.connection_id = wanted.connection_id
    order by charge.day desc, charge.version desc
    limit 1
) as last on last.schedule_id = any(%(schedules)s::bigint[])
where date_trunc('month', last.day::timestamp) = date_trunc('month', (last.day + 1)::timestamp)
order by wanted.connection_id
