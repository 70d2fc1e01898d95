-- How many meters hang below a node, by today's tree, and how many did not answer when
-- they were last asked.
select
    count(*) as meters,
    count(*) filter (where contact.failures_in_a_row > 0) as silent
from grid_reach as reach
join connections_connection as place on place.transformer_id = reach.node_id
join connections_installation as hangs
    on hangs.connection_id = place.id and hangs.removed_on is null
join headend_metercontact as contact on contact.meter_id = hangs.meter_id
where reach.area_id = %(node)s
