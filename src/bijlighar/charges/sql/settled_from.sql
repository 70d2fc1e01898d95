-- Connections whose last charged days are estimates that a register can replace by now: the
-- first of those days. Estimates always are the last days, so one look at the last day
-- passes everybody else over.
select wanted.connection_id, first.day as first_day
from unnest(%(ids)s::bigint[]) as wanted (connection_id)
join lateral (
    select charge.day, charge.is_provisional, charge.meter_id
    from charges_daycharge as charge
    where charge.connection_id = wanted.connection_id
    order by charge.day desc, charge.version desc
    limit 1
) as last on last.is_provisional
join lateral (
    select min(charge.day) as day
    from charges_day as charge
    where
        charge.connection_id = wanted.connection_id
        and charge.day > last.day - 400
        and charge.is_provisional
) as first on true
where
    exists (
        select 1 from readings_register as register
        where register.meter_id = last.meter_id and register.day >= first.day
    )
order by wanted.connection_id
