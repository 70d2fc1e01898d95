-- Connections with their consumer, where each hung on a day, and the day on which the first
-- meter was installed.
select
    connection.id as connection_id,
    consumer.consumer_number,
    consumer.name_en,
    consumer.name_hi,
    place.transformer_id,
    first.installed_on as begins
from connections_connection as connection
join connections_consumer as consumer on consumer.id = connection.consumer_id
join lateral (
    select min(installation.installed_on) as installed_on
    from connections_installation as installation
    where installation.connection_id = connection.id
) as first on first.installed_on is not null
join lateral (
    select held.transformer_id
    from connections_connectionplace as held
    where held.connection_id = connection.id
    order by held.from_day <= %(day)s::date desc, held.from_day desc
    limit 1
) as place on true
where connection.id = any(%(ids)s::bigint[])
order by connection.id
