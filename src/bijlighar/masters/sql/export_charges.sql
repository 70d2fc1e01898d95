-- Charged days of a month.
select
    consumer.consumer_number,
    charge.day,
    schedule.category,
    (charge.energy_wh / 1000.0)::numeric(20, 3),
    case when charge.is_estimated then 1 else 0 end,
    (charge.total_paise / 100.0)::numeric(20, 2),
    charge.charged_at
from connections_connection as held
join place on place.id = held.transformer_id
join connections_consumer as consumer on consumer.id = held.consumer_id
join charges_day as charge
    on
        charge.connection_id = held.id
        and charge.day >= %(first)s::date
        and charge.day < %(until)s::date
join charges_ratedschedule as schedule on schedule.id = charge.schedule_id
order by consumer.consumer_number, charge.day
