-- Registers in force of the days in [first, until), from the meter that hung there that day.
select
    reading.day,
    meter.serial as meter_serial,
    reading.register_wh,
    reading.source,
    reading.received_at
from connections_installation as installation
join connections_meter as meter on meter.id = installation.meter_id
join readings_registerreading as reading
    on reading.meter_id = installation.meter_id
    and reading.in_force
    and reading.day >= installation.installed_on
    and (installation.removed_on is null or reading.day < installation.removed_on)
where
    installation.connection_id = %(id)s
    and reading.day >= %(first)s
    and reading.day < %(until)s
order by reading.day, meter.serial
