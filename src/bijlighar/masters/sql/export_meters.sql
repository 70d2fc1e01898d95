-- Meters with where they hang or hung.
select
    meter.serial,
    upper(encode(meter.system_title, 'hex')),
    nullif(meter.host, ''),
    meter.port,
    consumer.consumer_number,
    hangs.installed_on,
    (hangs.initial_register_wh / 1000.0)::numeric(20, 3),
    hangs.removed_on
from connections_connection as held
join place on place.id = held.transformer_id
join connections_consumer as consumer on consumer.id = held.consumer_id
join connections_installation as hangs on hangs.connection_id = held.id
join connections_meter as meter on meter.id = hangs.meter_id
order by meter.serial, hangs.installed_on
