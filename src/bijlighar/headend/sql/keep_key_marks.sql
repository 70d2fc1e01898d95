-- Keep marks that nobody else has; the caller has looked, and holds their lock.
insert into headend_keymark (meter_id, mark)
select made.meter_id, made.mark
from unnest(%(meters)s::bigint[], %(marks)s::bytea[]) as made (meter_id, mark)
on conflict (mark) do nothing
