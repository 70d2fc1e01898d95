-- Count attempts by meter, supply day, what was tried and what came of it.
insert into headend_attemptcount as held
(meter_id, day, talk, outcome, many, took_ms, longest_ms, last_at)
select meter_id, day, talk, outcome, many, took_ms, longest_ms, last_at
from unnest(
    %(meters)s::bigint[], %(days)s::date[], %(talks)s::text[], %(outcomes)s::text[],
    %(many)s::int[], %(took)s::bigint[], %(longest)s::int[], %(last)s::timestamptz[]
) as new (meter_id, day, talk, outcome, many, took_ms, longest_ms, last_at)
order by meter_id, day, talk, outcome
on conflict (meter_id, day, talk, outcome) do update set
    many = held.many + excluded.many,
    took_ms = held.took_ms + excluded.took_ms,
    longest_ms = greatest(held.longest_ms, excluded.longest_ms),
    last_at = greatest(held.last_at, excluded.last_at)
