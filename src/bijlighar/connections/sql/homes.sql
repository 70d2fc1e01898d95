-- Connections with their consumer and present meter, by consumer number.
select
    connection.id as connection_id,
    consumer.consumer_number,
    consumer.name_en,
    consumer.name_hi,
    consumer.mobile,
    consumer.language,
    meter.id as meter_id,
    meter.serial as meter_serial,
    installation.installed_on,
    installation.initial_register_wh,
    connection.transformer_id
from connections_connection as connection
join connections_consumer as consumer on consumer.id = connection.consumer_id
join connections_installation as installation
    on installation.connection_id = connection.id and installation.removed_on is null
join connections_meter as meter on meter.id = installation.meter_id
where
    (%(ids)s::bigint[] is null or connection.id = any(%(ids)s::bigint[]))
    and (%(number)s::text is null or consumer.consumer_number = %(number)s::text)
order by consumer.consumer_number
