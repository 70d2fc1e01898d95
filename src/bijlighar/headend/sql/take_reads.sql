-- Claim meters that are to be read now for the asking head-end, longest waiting first: free
-- ones, those whose claimant holds its lock no more, and its own that it is not busy with;
-- none that is behind a vendor's head-end.
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

due as (
    select contact.meter_id
    from headend_metercontact as contact
    where
        contact.read_not_before <= %(now)s
        and (contact.asked_at is not null) = %(urgent)s
        and contact.meter_id <> all(%(busy)s::bigint[])
        -- A meter behind a vendor's head-end is talked to by that one alone.
        and not exists (
            select from vendors_wayin as way
            where
                way.meter_id = contact.meter_id
                and way.starts_at <= %(now)s
                and (way.ends_at is null or way.ends_at > %(now)s)
        )
        and (
            contact.claimed_by is null
            or contact.claimed_by = %(own)s
            or contact.claimed_by <> all((select numbers from living)::bigint[])
        )
    order by contact.read_not_before, contact.meter_id
    limit %(limit)s
    for update skip locked
)

update headend_metercontact as contact
set claimed_by = %(own)s
from due
where contact.meter_id = due.meter_id
returning contact.meter_id
