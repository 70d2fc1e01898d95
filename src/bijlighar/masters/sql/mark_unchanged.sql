-- Rows that say what is known already.
update masters_stagedrow
set outcome = 'unchanged'
where held_id = %(import)s and seq = any(%(seqs)s::bigint[])
