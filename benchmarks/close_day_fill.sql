-- So many connections with a meter, a wallet and two days of registers and half-hours, made
-- by SQL alone; for benchmarks/close_day.py.
insert into grid_node (id, discom_id, code, kind, profile, opened_on)
values (1, null, 'BENCH', 'discom', 'up', date '2015-04-01'),
(2, 1, 'T', 'transformer', '', date '2015-04-01');
insert into connections_consumer (id, consumer_number, name_en, name_hi, mobile, language)
select n, (73100000000 + n)::text, 'Asha', 'आशा', '+91' || 9000000000 + n, 'hi'
from generate_series(1, %(homes)s) as n;
insert into connections_connection (id, consumer_id, transformer_id)
select n, n, 2 from generate_series(1, %(homes)s) as n;
insert into connections_connectionfact
    (connection_id, from_day, category, sanctioned_load_w, payment_mode, mode_since)
select
    n,
    %(first)s,
    case n %% 10 when 0 then 'LMV-1.17B' when 1 then 'LMV-1.10A' else 'LMV-1.10B' end,
    case n %% 10 when 1 then 1000 else 1000 + 1000 * (n %% 4) end,
    case n %% 5 when 0 then 'postpaid' else 'prepaid' end,
    %(first)s
from generate_series(1, %(homes)s) as n;
insert into connections_meter (id, serial, system_title, host, port)
select n, 'BEN' || lpad(n::text, 9, '0'), convert_to('B' || lpad(n::text, 9, '0'), 'UTF8'),
    '10.' || n / 65536 || '.' || (n / 256) %% 256 || '.' || n %% 256, 4059
from generate_series(1, %(homes)s) as n;
insert into connections_installation
    (connection_id, meter_id, installed_on, initial_register_wh)
select n, n, %(first)s, n %% 1000 * 1000 from generate_series(1, %(homes)s) as n;
insert into ledger_account (id, book, head, owner_id)
select n, 'wallet', '', n from generate_series(1, %(homes)s) as n;
insert into ledger_wallet (account_id, owner_id, balance_paise, as_of)
select n, n, 0, timestamptz '2026-04-01' from generate_series(1, %(homes)s) as n;
insert into readings_registerreading
    (meter_id, day, register_wh, source, in_force, received_at)
select n, %(first)s::date + d, n %% 1000 * 1000 + (d + 1) * (1000 + n::bigint * 7919 %% 14000),
    'daily_profile', true, timestamptz '2026-04-01'
from generate_series(0, 1) as d, generate_series(1, %(homes)s) as n;
insert into readings_blockreading
    (meter_id, day, first_block, energies_wh, peak_wh, source, received_at)
select n, %(first)s::date + d, 0, array_fill(((1000 + n::bigint * 7919 %% 14000) / 48)::int, array[48]),
    ((1000 + n::bigint * 7919 %% 14000) / 12)::int, 'block_profile', timestamptz '2026-04-01'
from generate_series(0, 1) as d, generate_series(1, %(homes)s) as n;
select setval(pg_get_serial_sequence('ledger_account', 'id'), %(homes)s + 1000)
