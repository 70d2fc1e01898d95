-- These silent meters: where each hangs, when it was heard last, and why not since.
select
    meter.serial,
    consumer.consumer_number,
    node.code as transformer_code,
    contact.last_heard_at,
    contact.last_tried_at,
    coalesce(
        (
            select attempt.outcome
            from headend_attemptcount as attempt
            where attempt.meter_id = contact.meter_id and attempt.outcome <> 'done'
            order by attempt.last_at desc
            limit 1
        ),
        ''
    ) as last_outcome,
    exists (
        select from vendors_wayin as way
        where way.meter_id = contact.meter_id and way.ends_at is null
    ) as is_behind_a_vendor
from headend_metercontact as contact
join connections_meter as meter on meter.id = contact.meter_id
join connections_installation as installation
    on installation.meter_id = contact.meter_id and installation.removed_on is null
join connections_connection as place on place.id = installation.connection_id
join connections_consumer as consumer on consumer.id = place.consumer_id
join grid_node as node on node.id = place.transformer_id
where contact.meter_id = any(%(ids)s::bigint[])
order by contact.last_heard_at nulls first, contact.meter_id
