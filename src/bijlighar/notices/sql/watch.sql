-- What became of what each channel was handed lately, by the newest of it: counts by
-- channel. However many were told this evening, no more than so many rows are looked at.
select
    watched.name as channel,
    lately.handed,
    lately.silent,
    lately.refused,
    last.handed as last_handed,
    last.silent as last_silent,
    ripe.taken as ripe,
    ripe.delivered
from unnest(%(channels)s::text[]) as watched (name)
cross join lateral (
    select
        count(*) as handed,
        count(*) filter (where outcome = 'silent') as silent,
        count(*) filter (where outcome = 'refused') as refused
    from (
        select outcome
        from notices_handing
        where channel = watched.name and at > %(lately)s
        order by at desc
        limit %(most)s
    ) as newest
) as lately
cross join lateral (
    select
        count(*) as handed,
        count(*) filter (where outcome = 'silent') as silent
    from (
        select outcome
        from notices_handing
        where channel = watched.name and at > %(lately)s
        order by at desc, id desc
        limit %(in_a_row)s
    ) as newest
) as last
cross join lateral (
    select
        count(*) filter (where outcome = 'taken') as taken,
        count(*) filter (where outcome = 'taken' and receipt = 'delivered') as delivered
    from (
        select outcome, receipt
        from notices_handing
        where channel = watched.name and at > %(since)s and at <= %(ripe)s
        order by at desc
        limit %(most)s
    ) as newest
) as ripe
where exists (
    select from notices_handing where channel = watched.name and at > %(since)s
)
