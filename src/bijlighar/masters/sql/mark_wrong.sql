-- Rows with a fault are not taken in.
update masters_stagedrow as staged
set outcome = 'wrong'
from masters_rowfault as fault
where
    staged.held_id = %(import)s
    and fault.held_id = %(import)s
    and fault.row = staged.number
    and staged.outcome <> 'wrong'
