-- Each meter's last command, where that one was given up.
select last.id
from unnest(%(meters)s::bigint[]) as wanted (meter_id)
join lateral (
    select id, state from headend_relaycommand as command
    where command.meter_id = wanted.meter_id
    order by command.id desc
    limit 1
) as last on last.state = 'failed'
