-- Connections with a meter before `until` that have no bill up to it and are not given up.
select connection.id as connection_id
from connections_connection as connection
where
    exists (
        select 1 from connections_installation as installation
        where
            installation.connection_id = connection.id
            and installation.installed_on < %(until)s::date
    )
    and not exists (
        select 1 from bills_bill as bill
        where
            bill.connection_id = connection.id
            and (bill.until_day >= %(until)s::date or bill.kind = 'final')
    )
order by connection.id
