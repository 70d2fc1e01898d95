-- Takes meters in, each hanging on its connection; answers (serial, meter id). An empty
-- title and port 0 are unknown.
with given as (
    select *
    from unnest(
        %(connections)s::bigint[],
        %(serials)s::text[],
        %(titles)s::bytea[],
        %(hosts)s::text[],
        %(ports)s::int[],
        %(days)s::date[],
        %(registers)s::bigint[]
    ) as one (connection_id, serial, title, host, port, day, register_wh)
),
meter as (
    insert into connections_meter (serial, system_title, host, port)
    select serial, nullif(title, ''), host, nullif(port, 0) from given
    returning id, serial
),
installed as (
    insert into connections_installation
        (connection_id, meter_id, installed_on, initial_register_wh)
    select given.connection_id, meter.id, given.day, given.register_wh
    from given
    join meter on meter.serial = given.serial
)
select serial, id from meter
