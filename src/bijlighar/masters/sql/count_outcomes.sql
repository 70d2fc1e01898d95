-- How the rows of an import stand: due, unchanged, wrong, and all faults.
select
    count(*) filter (where outcome = 'due')::int as due,
    count(*) filter (where outcome = 'unchanged')::int as unchanged,
    count(*) filter (where outcome = 'wrong')::int as wrong,
    (select count(*) from masters_rowfault where held_id = %(import)s)::int as faults
from masters_stagedrow
where held_id = %(import)s
