-- Days since `since` on which a threshold made the month dearer at once.
select charge.connection_id, charge.day, charge.shock_paise, charge.schedule_id
from charges_day as charge
where
    charge.connection_id = any(%(ids)s::bigint[])
    and charge.day >= %(since)s::date
    and charge.shock_paise > 0
order by charge.connection_id, charge.day
