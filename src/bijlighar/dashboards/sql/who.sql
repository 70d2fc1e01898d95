-- Number and names of some connections.
select
    connection.id as connection_id,
    consumer.consumer_number,
    consumer.name_en,
    consumer.name_hi
from unnest(%(ids)s::bigint[]) as asked (id)
join connections_connection as connection on connection.id = asked.id
join connections_consumer as consumer on consumer.id = connection.consumer_id
