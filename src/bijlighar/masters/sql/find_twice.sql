-- Keeps a fault for every row whose key (one or two fields) stands in another row too,
-- naming that one: the first, or for the first itself the second.
with keyed as (
    select
        number,
        values[%(one)s::int] || coalesce(chr(31) || values[%(two)s::int], '') as key,
        values[%(one)s::int] as value
    from masters_stagedrow
    where held_id = %(import)s
),
beside as (
    select
        number,
        value,
        first_value(number) over (partition by key order by number) as first,
        lead(number) over (partition by key order by number) as following,
        count(*) over (partition by key) as many
    from keyed
    where key is not null
)
insert into masters_rowfault (held_id, row, "column", wrong, value, other)
select
    %(import)s,
    number,
    %(title)s,
    'twice',
    left(value, 60),
    (case when number = first then following else first end)::text
from beside
where many > 1
order by number
