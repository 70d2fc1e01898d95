-- The meter that hung on a connection on a day.
select meter_id
from connections_installation
where
    connection_id = %(id)s
    and installed_on <= %(day)s
    and (removed_on is null or removed_on > %(day)s)
order by id desc
limit 1
