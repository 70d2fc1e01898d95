-- The nodes below some areas, by today's tree, in which anybody holds or held a role.
select distinct area_id
from people_rolegrant
where area_id in (select node_id from grid_reach where area_id = any(%(areas)s))
