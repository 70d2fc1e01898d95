-- Meters behind a vendor's head-end were heard, each up to an instant of its own. Locked in
-- the order of ids, as wherever many contacts change.
with heard as (
    select * from unnest(%(meters)s::bigint[], %(at)s::timestamptz[]) as heard (meter_id, at)
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
    last_heard_at = greatest(contact.last_heard_at, heard.at),
    failures_in_a_row = 0,
    last_error = ''
from locked
join heard on heard.meter_id = locked.meter_id
where contact.meter_id = locked.meter_id
