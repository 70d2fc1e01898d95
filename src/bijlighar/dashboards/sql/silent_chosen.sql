-- Which meters of some areas were not heard since an instant, the longest silent first.
select contact.meter_id
from headend_metercontact as contact
join connections_installation as installation
    on installation.meter_id = contact.meter_id and installation.removed_on is null
join connections_connection as place on place.id = installation.connection_id
where
    (contact.last_heard_at is null or contact.last_heard_at < %(since)s)
    and exists (
        select from grid_reach as reach
        where
            reach.node_id = place.transformer_id
            and reach.area_id = any(%(areas)s::bigint[])
    )
order by contact.last_heard_at nulls first, contact.meter_id
limit %(limit)s
offset %(offset)s
