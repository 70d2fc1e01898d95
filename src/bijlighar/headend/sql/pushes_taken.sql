-- Pushes were taken: up to which counter of each meter, and who was heard by them.
with taken as (
    select * from unnest(%(meters)s::bigint[], %(counters)s::bigint[])
        as taken (meter_id, counter)
),

counted as (
    update headend_metersecret as secret
    set known_push_counter = greatest(secret.known_push_counter, taken.counter)
    from taken
    where taken.meter_id = secret.meter_id
),

locked as (
    select meter_id from headend_metercontact
    where meter_id = any(%(heard)s::bigint[])
    order by meter_id
    for update
)

update headend_metercontact as contact
set last_heard_at = %(now)s, failures_in_a_row = 0, last_error = ''
from locked
where locked.meter_id = contact.meter_id
