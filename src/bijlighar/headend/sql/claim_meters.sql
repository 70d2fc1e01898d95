-- Claim these meters, where nobody else who lives has; answer which are the asker's now;
-- never one that is behind a vendor's head-end.
with living as (
    select array(
        select objid::bigint from pg_locks
        where
            locktype = 'advisory'
            and database = (select oid from pg_database where datname = current_database())
            and classid = %(lock_class)s
            and granted
    ) as numbers
),

free as (
    select contact.meter_id
    from headend_metercontact as contact
    where
        contact.meter_id = any(%(meters)s::bigint[])
        and not exists (
            select from vendors_wayin as way
            where way.meter_id = contact.meter_id and way.ends_at is null
        )
        and (
            contact.claimed_by is null
            or contact.claimed_by = %(own)s
            or contact.claimed_by <> all((select numbers from living)::bigint[])
        )
    order by contact.meter_id
    for update skip locked
)

update headend_metercontact as contact
set claimed_by = %(own)s
from free
where contact.meter_id = free.meter_id
returning contact.meter_id
