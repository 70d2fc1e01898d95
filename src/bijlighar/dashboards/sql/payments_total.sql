-- How many payments of a connection were credited in [first, until), and how much in all.
select count(*)::int as payments, coalesce(sum(amount_paise), 0)::bigint as paise
from payments_payment
where
    connection_id = %(id)s
    and (%(first)s::timestamptz is null or credited_at >= %(first)s::timestamptz)
    and (%(until)s::timestamptz is null or credited_at < %(until)s::timestamptz)
