-- Insert the entries that are not posted yet; returns the new ones' id, reason, source.
insert into ledger_entry (reason, source, effective_at, recorded_at)
select reason, source, effective_at, %(now)s
from unnest(%(reasons)s::text[], %(sources)s::text[], %(effective_at)s::timestamptz[])
    as wanted (reason, source, effective_at)
on conflict (reason, source) do nothing
returning id, reason, source
