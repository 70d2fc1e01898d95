-- Whom an outage of these transformers concerns: every connection that hangs on one of them
-- on a day, with its consumer's number, mobile and language; pages by connection.
select
    place.connection_id,
    consumer.consumer_number,
    consumer.mobile,
    consumer.language
from connections_connectionplace as place
join connections_connection as connection on connection.id = place.connection_id
join connections_consumer as consumer on consumer.id = connection.consumer_id
where
    place.transformer_id = any(%(transformers)s)
    and place.connection_id > %(after)s
    and place.from_day = (
        select max(held.from_day)
        from connections_connectionplace as held
        where held.connection_id = place.connection_id and held.from_day <= %(day)s
    )
order by place.connection_id
limit %(limit)s
