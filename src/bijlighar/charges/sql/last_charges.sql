-- The last charged day of each connection.
select distinct on (connection_id) connection_id, day
from charges_daycharge
where connection_id = any(%(ids)s::bigint[])
order by connection_id, day desc
