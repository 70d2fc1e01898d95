-- What became of what each channel was handed lately: counts by channel.
select
    channel,
    count(*) filter (where at > %(lately)s) as handed,
    count(*) filter (where at > %(lately)s and outcome = 'silent') as silent,
    count(*) filter (where at > %(lately)s and outcome = 'refused') as refused,
    max(at) filter (where outcome = 'taken') as last_taken_at,
    count(*) filter (where outcome = 'taken' and at <= %(ripe)s) as ripe,
    count(*) filter (
        where outcome = 'taken' and at <= %(ripe)s and receipt = 'delivered'
    ) as delivered
from notices_handing
where at > %(since)s
group by channel
