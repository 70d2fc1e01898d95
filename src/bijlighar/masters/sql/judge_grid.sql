-- What is to be said of staged nodes of the grid, as judge_connections. A parent may be
-- known or stand in the same file, unless something is wrong with it there.
with given as (
    select
        seq, number as row, values,
        coalesce(values[1], %(only_discom)s) as discom, values[2] as code,
        values[3] as kind, coalesce(values[4], '') as parent, values[5] as name_en,
        values[6] as name_hi, values[7]::date as opened_on,
        values[8]::numeric as latitude, values[9]::numeric as longitude
    from masters_stagedrow
    where
        held_id = %(import)s and outcome = 'due' and seq > %(after)s and seq <= %(until)s
),
in_file as materialized (
    select
        coalesce(values[1], %(only_discom)s) as discom, values[2] as code,
        min(values[3]) as kind, min(values[7])::date as opened_on,
        bool_or(outcome = 'wrong') as is_wrong
    from masters_stagedrow
    where held_id = %(import)s and values[2] is not null
    group by 1, 2
),
reached as materialized (
    select node_id from grid_reach where area_id = any(%(areas)s::bigint[])
),
beside as (
    select
        given.*,
        discom.id as discom_id,
        parent.id as parent_id,
        coalesce(parent.kind, in_file.kind) as parent_kind,
        coalesce(parent.opened_on, in_file.opened_on) as parent_opened_on,
        in_file.is_wrong as parent_is_wrong,
        held.id as held_id,
        held.id in (select node_id from reached) as is_seen,
        case
            when held.kind <> given.kind then 'kind|' || held.kind
            when above.code is distinct from given.parent
                then 'parent|' || coalesce(above.code, '')
            when fact.name_en <> given.name_en then 'name_en|' || fact.name_en
            when fact.name_hi <> given.name_hi then 'name_hi|' || fact.name_hi
            when held.opened_on <> given.opened_on then 'opened_on|' || held.opened_on
            when
                (fact.latitude, fact.longitude)
                is distinct from (given.latitude, given.longitude)
                then 'latitude|' || coalesce(fact.latitude || ' ' || fact.longitude, '')
        end as difference
    from given
    left join grid_node as discom
        on
            discom.code = given.discom
            and discom.discom_id is null
            and discom.id = any(%(discoms)s::bigint[])
    left join grid_node as parent
        on
            parent.code = given.parent
            and coalesce(parent.discom_id, parent.id) = discom.id
            and parent.closed_on is null
            and parent.id in (select node_id from reached)
    left join in_file on in_file.discom = given.discom and in_file.code = given.parent
    left join grid_node as held on held.code = given.code and held.discom_id = discom.id
    left join lateral (
        select dated.* from grid_nodefact as dated
        where dated.node_id = held.id
        order by dated.from_day desc
        limit 1
    ) as fact on true
    left join grid_node as above on above.id = fact.parent_id
),
judged as (
    select
        beside.*,
        case
            when kind = 'discom' then 'discom_by_file'
            when discom is null then 'which_discom'
            when discom_id is null then 'unknown_parent'
            when held_id is not null and is_seen is not true then 'taken'
            when held_id is not null and difference is not null then 'held_different'
            when held_id is not null then null
            when (latitude is null) <> (longitude is null) then 'no_place'
            when parent_id is null and parent_is_wrong is null then 'unknown_parent'
            when parent_id is null and parent_is_wrong then 'parent_wrong'
            when
                not (discom_id || ' ' || kind) = any(%(levels)s::text[])
                or array_position(%(levels)s::text[], discom_id || ' ' || parent_kind)
                >= array_position(%(levels)s::text[], discom_id || ' ' || kind)
                then 'wrong_level'
            when parent_opened_on > opened_on then 'parent_later'
        end as wrong
    from beside
)
select
    seq,
    row,
    values,
    wrong,
    case
        when wrong in ('discom_by_file', 'wrong_level') then 'kind'
        when wrong = 'which_discom' or (wrong = 'unknown_parent' and discom_id is null)
            then 'discom'
        when wrong in ('unknown_parent', 'parent_wrong') then 'parent'
        when wrong = 'parent_later' then 'opened_on'
        when wrong = 'no_place' then 'latitude'
        else 'code'
    end as field,
    case
        when wrong in ('discom_by_file', 'wrong_level') then kind
        when wrong = 'which_discom' or (wrong = 'unknown_parent' and discom_id is null)
            then coalesce(discom, '')
        when wrong in ('unknown_parent', 'parent_wrong') then parent
        when wrong = 'parent_later' then opened_on::text
        when wrong = 'no_place' then coalesce(latitude, longitude)::text
        else code
    end as value,
    case wrong
        when 'wrong_level' then parent_kind
        when 'parent_later' then parent_opened_on::text
        when 'held_different' then difference
        else ''
    end as other,
    wrong is null and held_id is not null as is_unchanged,
    discom_id as target_id
from judged
order by seq
