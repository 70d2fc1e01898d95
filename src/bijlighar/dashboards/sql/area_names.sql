-- English and Hindi names of nodes on a day.
select distinct on (fact.node_id) fact.node_id, fact.name_en, fact.name_hi
from grid_nodefact as fact
where fact.node_id = any(%(ids)s::bigint[]) and fact.from_day <= %(day)s
order by fact.node_id, fact.from_day desc
