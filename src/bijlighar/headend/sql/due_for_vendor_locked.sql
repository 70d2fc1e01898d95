-- As due_for_vendor, among the given ones, and locked for whoever asks.
select command.id
from headend_relaycommand as command
join vendors_wayin as way
    on
        way.meter_id = command.meter_id
        and way.vendor_id = %(vendor)s
        and way.starts_at <= %(now)s
        and (way.ends_at is null or way.ends_at > %(now)s)
where
    command.not_before <= %(now)s
    and (
        command.state = 'queued'
        or (
            command.state = 'sending'
            and (
                command.claimed_by < 0
                or command.not_before < %(now)s - interval '10 minutes'
            )
        )
    )
    and command.id = any(%(among)s::bigint[])
order by (command.wanted = 'open'), command.not_before, command.id
for update of command skip locked
