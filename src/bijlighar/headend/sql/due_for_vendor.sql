-- Commands of meters behind a vendor's head-end whose time has come, reconnections first.
-- Those handed out before are among them once nobody holds them any more, and those that a
-- head-end process of ours began when the meter was still ours, and died over.
select command.id
from headend_relaycommand as command
join vendors_wayin as way
    on
        way.meter_id = command.meter_id
        and way.vendor_id = %(vendor)s
        and way.starts_at <= %(now)s
        and (way.ends_at is null or way.ends_at > %(now)s)
join connections_connection as place on place.id = command.connection_id
where
    exists (
        select from grid_reach as reach
        where
            reach.node_id = place.transformer_id
            and reach.area_id = any(%(areas)s::bigint[])
    )
    and command.not_before <= %(now)s
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
order by (command.wanted = 'open'), command.not_before, command.id
limit %(limit)s
