-- Connections by month of which days before `first` were charged, or charged anew, within
-- some time.
select
    date_trunc('month', charge.day::timestamp)::date as month,
    array_agg(distinct charge.connection_id order by charge.connection_id) as connections
from charges_daycharge as charge
where
    charge.charged_at >= %(since)s
    and charge.charged_at < %(until)s
    and charge.day < %(first)s::date
group by 1
order by 1
