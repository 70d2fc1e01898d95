-- Keep what flowed at one moment, unless something newer is known.
insert into readings_instantnote as held (
    meter_id, at, voltage_mv, current_ma, power_w, register_wh, is_closed, received_at
)
values (
    %(meter)s, %(at)s, %(voltage)s, %(current)s, %(power)s, %(register)s, %(closed)s, %(now)s
)
on conflict (meter_id) do update set
    at = excluded.at,
    voltage_mv = excluded.voltage_mv,
    current_ma = excluded.current_ma,
    power_w = excluded.power_w,
    register_wh = excluded.register_wh,
    is_closed = excluded.is_closed,
    received_at = excluded.received_at
where held.at < excluded.at
