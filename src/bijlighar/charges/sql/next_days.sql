-- The first supply day of each connection that is not charged yet: the day after the last
-- charged one, or the day on which its first meter was installed.
select
    wanted.connection_id,
    coalesce(last.day + 1, first.installed_on) as next_day
from unnest(%(ids)s::bigint[]) as wanted (connection_id)
join lateral (
    select min(installation.installed_on) as installed_on
    from connections_installation as installation
    where installation.connection_id = wanted.connection_id
) as first on first.installed_on is not null
left join lateral (
    select charge.day
    from charges_daycharge as charge
    where charge.connection_id = wanted.connection_id
    order by charge.day desc
    limit 1
) as last on true
order by wanted.connection_id
