-- The meter on each connection on a supply day, and the part of the calendar in which it
-- hangs there: year 1 for a connection's first meter, year 9999 for the present one.
with asked as materialized (
    select %(ids)s::bigint[] as ids
),
held as (
    select
        connection_id, meter_id, installed_on, removed_on, initial_register_wh,
        lag(installed_on) over its as earlier_on
    from connections_installation
    where connection_id = any((select ids from asked)::bigint[])
    window its as (partition by connection_id order by installed_on)
)
select
    connection_id,
    meter_id,
    installed_on,
    initial_register_wh,
    case when earlier_on is null then date '0001-01-01' else installed_on end
        as holds_from,
    coalesce(removed_on, date '9999-12-31') as holds_until
from held
where
    installed_on <= %(day)s::date
    and (removed_on is null or removed_on > %(day)s::date)
order by connection_id
