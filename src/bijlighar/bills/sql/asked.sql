-- What bills asked for and by when, the oldest first: of each connection its last ones, back
-- to one whose dues were all paid by a day. A bill's payments are what no bill before it
-- knows of, so they are what was paid of the one before.
with numbered as (
    select
        connection_id,
        until_day,
        due_on,
        issued_at,
        payable_paise,
        until_day <= %(paid_by)s::date
        and not lag(is_prepaid) over by_time
        and payments_paise >= lag(payable_paise) over by_time as had_paid_the_last,
        row_number() over (partition by connection_id order by until_day desc) as back
    from bills_bill
    where connection_id = any(%(ids)s::bigint[])
    window by_time as (partition by connection_id order by until_day)
),
settled as (
    select connection_id, min(back) + 1 as back
    from numbered
    where had_paid_the_last
    group by connection_id
)
select
    numbered.connection_id,
    numbered.until_day as until,
    numbered.due_on,
    numbered.issued_at,
    numbered.payable_paise
from numbered
left join settled on settled.connection_id = numbered.connection_id
where
    numbered.due_on is not null
    and numbered.payable_paise > 0
    and numbered.back <= least(settled.back, %(most)s)
order by numbered.connection_id, numbered.until_day
