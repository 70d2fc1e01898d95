-- Meters whose relay would leave a paid consumer waiting or never opens: below these areas
-- where some are given, those that wait for a button first.
select
    known.meter_id,
    meter.serial,
    coalesce(consumer.consumer_number, '') as consumer_number,
    coalesce(node.code, '') as transformer_code,
    coalesce(known.control_mode, 0) as control_mode,
    known.alarm,
    known.read_at
from headend_meterconfiguration as known
join connections_meter as meter on meter.id = known.meter_id
left join connections_installation as installation
    on installation.meter_id = known.meter_id and installation.removed_on is null
left join connections_connection as place on place.id = installation.connection_id
left join connections_consumer as consumer on consumer.id = place.consumer_id
left join grid_node as node on node.id = place.transformer_id
where
    known.alarm <> ''
    and (
        %(areas)s::bigint[] is null
        or place.transformer_id in (
            select reach.node_id from grid_reach as reach
            where reach.area_id = any(%(areas)s::bigint[])
        )
    )
order by known.alarm desc, meter.serial
limit %(limit)s
offset %(offset)s
