-- Where the meters of these serials hung, and when they were behind this vendor; within
-- these areas where any are named.
select
    meter.id as meter_id,
    meter.serial,
    hung.installed_on,
    hung.removed_on,
    way.starts_at as behind_from,
    way.ends_at as behind_until
from connections_meter as meter
join vendors_wayin as way on way.meter_id = meter.id and way.vendor_id = %(vendor)s
join connections_installation as hung on hung.meter_id = meter.id
join connections_connection as place on place.id = hung.connection_id
where
    meter.serial = any(%(serials)s::text[])
    and (
        %(areas)s::bigint[] is null
        or exists (
            select from grid_reach as reach
            where
                reach.node_id = place.transformer_id
                and reach.area_id = any(%(areas)s::bigint[])
        )
    )
order by meter.serial, hung.installed_on, way.starts_at
