-- The beginning of every export: the places it is about, and what is shown there.
with place as materialized (
    select
        exported.node_id as id,
        exists (
            select 1 from grid_reach as shown
            where
                shown.node_id = exported.node_id and shown.area_id = any(%(contact)s::bigint[])
        ) as shows_contact,
        exists (
            select 1 from grid_reach as shown
            where shown.node_id = exported.node_id and shown.area_id = any(%(money)s::bigint[])
        ) as shows_money
    from grid_reach as exported
    where
        exported.area_id = any(%(exported)s::bigint[])
        and exported.node_id in (
            select node_id from grid_reach where area_id = any(%(seen)s::bigint[])
        )
    group by exported.node_id
)
