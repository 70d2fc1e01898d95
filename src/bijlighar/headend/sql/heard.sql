-- Meters that answered: when, and up to which counter of theirs.
with heard as (
    select * from unnest(%(meters)s::bigint[], %(counters)s::bigint[])
        as heard (meter_id, counter)
),

secrets as (
    select secret.meter_id, heard.counter
    from headend_metersecret as secret
    join heard on heard.meter_id = secret.meter_id
    order by secret.meter_id
    for update of secret
),

counted as (
    update headend_metersecret as secret
    set known_meter_counter = greatest(secret.known_meter_counter, secrets.counter)
    from secrets
    where secrets.meter_id = secret.meter_id
),

locked as (
    select contact.meter_id from headend_metercontact as contact
    where contact.meter_id = any(%(meters)s::bigint[])
    order by contact.meter_id
    for update
)

update headend_metercontact as contact
set
    last_tried_at = %(now)s,
    last_heard_at = %(now)s,
    failures_in_a_row = 0,
    read_not_before = %(next)s,
    last_error = ''
from locked
where locked.meter_id = contact.meter_id
