-- The transformer that a connection hangs on, on a day; no row before its first place.
select transformer_id
from connections_connectionplace
where connection_id = %(connection)s and from_day <= %(day)s
order by from_day desc
limit 1
