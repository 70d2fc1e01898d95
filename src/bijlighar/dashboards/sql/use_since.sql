-- Since which day a connection has a meter of ours.
select min(installed_on) as day from connections_installation where connection_id = %(id)s
