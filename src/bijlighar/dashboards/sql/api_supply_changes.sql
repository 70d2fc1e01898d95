-- Each change of a connection's supply, the newest first.
select
    id as change_id, event, state_before, state_after, at, because,
    balance_paise, balance_as_of, policy
from supply_supplychange
where connection_id = %(id)s and (%(before)s::bigint is null or id < %(before)s::bigint)
order by id desc
limit %(limit)s
