-- Half-hours in a row that another head-end delivered.
insert into readings_blockreading
    (meter_id, day, first_block, energies_wh, peak_wh, source, received_at)
values (
    %(meter)s, %(day)s, %(first)s, %(energies)s::integer[], %(peak)s, %(source)s, %(now)s
)
on conflict (meter_id, day, first_block) do nothing
