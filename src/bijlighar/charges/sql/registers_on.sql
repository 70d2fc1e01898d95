-- The registers of meters at the end of a supply day, of those that are known.
select register.meter_id, register.register_wh
from readings_register as register
where register.meter_id = any((select %(meters)s::bigint[])::bigint[]) and register.day = %(day)s::date
order by register.meter_id
