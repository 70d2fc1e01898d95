-- Insert registers not held yet. One that contradicts the register in force is kept beside
-- it, out of force: nothing is overwritten.
insert into readings_registerreading
    (meter_id, day, register_wh, source, in_force, received_at)
select
    heard.meter_id,
    heard.day,
    heard.register_wh,
    %(source)s,
    not exists (
        select from readings_registerreading as held
        where held.meter_id = heard.meter_id and held.day = heard.day and held.in_force
    )
    and row_number() over (partition by heard.meter_id, heard.day order by heard.place) = 1,
    %(now)s
from unnest(%(meters)s::bigint[], %(days)s::date[], %(registers)s::bigint[])
    with ordinality as heard (meter_id, day, register_wh, place)
where not exists (
    select from readings_registerreading as held
    where
        held.meter_id = heard.meter_id
        and held.day = heard.day
        and held.register_wh = heard.register_wh
)
on conflict do nothing
