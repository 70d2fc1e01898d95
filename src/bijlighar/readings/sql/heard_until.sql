-- Up to where each meter has been heard: the last day before its first gap since `oldest`,
-- the last half-hour, and the day before its installation.
select
    wanted.meter_id,
    coalesce(
        (
            select max(run.day)
            from (
                select
                    day,
                    day - row_number() over (order by day)::int as island,
                    first_value(day - 1) over (order by day) as before_first
                from readings_registerreading
                where meter_id = wanted.meter_id and in_force and day >= %(oldest)s::date - 1
            ) as run
            where run.island = run.before_first
        ),
        (
            select max(day) from readings_registerreading
            where meter_id = wanted.meter_id and in_force
        )
    ) as daily_day,
    last_block.day as block_day,
    last_block.next_block,
    (
        select min(day) from readings_registerreading
        where meter_id = wanted.meter_id and source = 'installation'
    ) as installed_after
from unnest(%(meters)s::bigint[]) as wanted (meter_id)
left join lateral (
    select day, (first_block + cardinality(energies_wh))::int as next_block
    from readings_blockreading
    where meter_id = wanted.meter_id
    order by day desc, first_block desc
    limit 1
) as last_block on true
