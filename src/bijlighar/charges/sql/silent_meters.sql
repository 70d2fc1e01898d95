-- Connections that are charged up to some day: the day after it, the mean of their last
-- measured days in Wh, and how many days in a row are estimates by now.
select
    wanted.connection_id,
    last.day + 1 as next_day,
    coalesce((
        select round(avg(measured.energy_wh))
        from (
            select charge.energy_wh
            from charges_day as charge
            where
                charge.connection_id = wanted.connection_id
                and charge.day > last.day - 400
                and not charge.is_provisional
            order by charge.day desc
            limit %(days)s
        ) as measured
    ), 0)::bigint as usual_wh,
    coalesce((
        select last.day - max(charge.day)
        from charges_day as charge
        where
            charge.connection_id = wanted.connection_id
            and charge.day > last.day - 400
            and not charge.is_provisional
    ), 0)::bigint as estimated_days
from unnest(%(ids)s::bigint[]) as wanted (connection_id)
join lateral (
    select charge.day
    from charges_daycharge as charge
    where charge.connection_id = wanted.connection_id
    order by charge.day desc
    limit 1
) as last on true
order by wanted.connection_id
