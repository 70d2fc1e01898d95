-- Commands whose time has come, reconnections first. Those that were claimed by a head-end
-- process which holds its lock no more are among them, and those that the asking process
-- claimed and does not hold in flight.
select id
from headend_relaycommand
where
    (state = 'queued' and not_before <= %(now)s)
    or (
        state = 'sending'
        and id <> all(%(in_flight)s::bigint[])
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
order by (wanted = 'open'), not_before, id
limit %(limit)s
