-- How many connections hang on a transformer on a day or on any later one.
select count(distinct place.connection_id) as connections
from connections_connectionplace as place
left join lateral (
    select later.from_day
    from connections_connectionplace as later
    where
        later.connection_id = place.connection_id and later.from_day > place.from_day
    order by later.from_day
    limit 1
) as moved on true
where
    place.transformer_id = %(transformer)s
    and (moved.from_day is null or moved.from_day > %(day)s)
