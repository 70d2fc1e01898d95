-- For which meter each of these marks stands, where for any.
select held.mark, held.meter_id
from headend_keymark as held
join unnest(%(marks)s::bytea[]) as asked (mark) on asked.mark = held.mark
