-- Commands whose time has come, reconnections first. Those that were claimed by a head-end
-- process which holds its lock no more are among them, and those that the asking process
-- claimed and does not hold in flight; not those of meters behind a vendor's head-end, nor
-- one that a vendor still holds (a negative claim, until not_before).
select id
from headend_relaycommand
where
    not exists (
        select from vendors_wayin as way
        where
            way.meter_id = headend_relaycommand.meter_id
            and way.starts_at <= %(now)s
            and (way.ends_at is null or way.ends_at > %(now)s)
    )
    and (
        (state = 'queued' and not_before <= %(now)s)
        or (
            state = 'sending'
            and id <> all(%(in_flight)s::bigint[])
            and (coalesce(claimed_by, 0) >= 0 or not_before <= %(now)s)
            and (
                claimed_by = %(own)s
                or not exists (
                    select from pg_locks
                    where
                        locktype = 'advisory'
                        and database = (
                            select oid from pg_database where datname = current_database()
                        )
                        and classid = %(lock_class)s
                        and objid = claimed_by
                        and granted
                )
            )
        )
    )
order by (wanted = 'open'), not_before, id
limit %(limit)s
