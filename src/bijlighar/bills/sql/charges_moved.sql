-- What charged days took from each wallet, by where the day lies: in the period, before or
-- after the true-up began (`mark`); after the period; before it, if no bill knows of it.
select
    wanted.connection_id,
    coalesce(sum(charge.posted_paise) filter (
        where charge.day >= wanted.first and charge.day < %(until)s::date
            and charge.id <= %(mark)s
    ), 0)::bigint as deducted_paise,
    coalesce(sum(charge.posted_paise) filter (
        where charge.day >= wanted.first and charge.day < %(until)s::date
            and charge.id > %(mark)s
    ), 0)::bigint as true_up_paise,
    coalesce(sum(charge.posted_paise) filter (
        where charge.day < wanted.first and charge.id > wanted.known_charge_id
    ), 0)::bigint as earlier_paise,
    coalesce(sum(charge.posted_paise) filter (
        where charge.day >= %(until)s::date
    ), 0)::bigint as after_paise
from unnest(%(ids)s::bigint[], %(firsts)s::date[], %(known_charge_ids)s::bigint[])
    as wanted (connection_id, first, known_charge_id)
left join charges_daycharge as charge
    on
        charge.connection_id = wanted.connection_id
        and charge.day >= wanted.first - %(back)s::int
group by wanted.connection_id
