-- The fact that holds for each connection on a supply day, and the part of the calendar in
-- which it holds: years 1 and 9999 where no other fact bounds it. A first fact does not
-- begin anything: the connection itself does.
with asked as materialized (
    select %(ids)s::bigint[] as ids
),
held as (
    select
        connection_id, category, sanctioned_load_w, payment_mode, from_day,
        lag(from_day) over its as earlier_from,
        lead(from_day) over its as following_from
    from connections_connectionfact
    where connection_id = any((select ids from asked)::bigint[])
    window its as (partition by connection_id order by from_day)
)
select
    connection_id,
    coalesce(array_position(%(categories)s::text[], category), 0)::bigint
        as category_place,
    sanctioned_load_w,
    (payment_mode = 'prepaid')::int::bigint as is_prepaid,
    case when earlier_from is null then date '0001-01-01' else from_day end as holds_from,
    coalesce(following_from, date '9999-12-31') as holds_until
from held
where
    from_day <= %(day)s::date
    and (following_from is null or following_from > %(day)s::date)
order by connection_id
