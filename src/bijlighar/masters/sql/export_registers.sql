-- Registers in force of a month, of the meter that hung on a connection that day.
select
    consumer.consumer_number,
    meter.serial,
    reading.day,
    (reading.register_wh / 1000.0)::numeric(20, 3),
    reading.source,
    reading.received_at
from connections_connection as held
join place on place.id = held.transformer_id
join connections_consumer as consumer on consumer.id = held.consumer_id
join connections_installation as hangs on hangs.connection_id = held.id
join connections_meter as meter on meter.id = hangs.meter_id
join readings_registerreading as reading
    on
        reading.meter_id = meter.id
        and reading.in_force
        and reading.day >= greatest(%(first)s::date, hangs.installed_on - 1)
        and reading.day < least(%(until)s::date, coalesce(hangs.removed_on, 'infinity'))
order by consumer.consumer_number, reading.day, meter.serial
