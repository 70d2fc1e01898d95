-- The first words of each range within some areas, whose places are looked up one by one:
-- for areas so wide that hardly a word lies outside. `is true` keeps the planner from
-- walking the places instead.
select hit.connection_id, hit.word, asked.place
from unnest(%(from)s::text[], %(until)s::text[], %(of_contact)s::boolean[])
    with ordinality as asked (starts, ends, of_contact, place)
cross join lateral (
    select held.connection_id, held.word
    from connections_searchword as held
    where
        held.word >= asked.starts collate "C"
        and held.word < asked.ends collate "C"
        and (held.transformer_id in (
            select node_id from grid_reach where area_id = any(%(areas)s::bigint[])
        )) is true
        and (not asked.of_contact or (held.transformer_id in (
            select node_id from grid_reach where area_id = any(%(contact)s::bigint[])
        )) is true)
        and not exists (
            select 1
            from unnest(%(also_from)s::text[], %(also_until)s::text[])
                as also (starts, ends)
            where not exists (
                select 1
                from connections_searchword as other
                where
                    other.connection_id = held.connection_id
                    and other.word >= also.starts collate "C"
                    and other.word < also.ends collate "C"
            )
        )
    order by held.word
    limit %(limit)s
) as hit
order by asked.place, hit.word
