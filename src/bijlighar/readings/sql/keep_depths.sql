-- Keep how far back each meter's daily profile reached.
insert into readings_profiledepth (meter_id, daily_holds_from)
select * from unnest(%(meters)s::bigint[], %(days)s::date[])
on conflict (meter_id) do update set daily_holds_from = excluded.daily_holds_from
where readings_profiledepth.daily_holds_from < excluded.daily_holds_from
