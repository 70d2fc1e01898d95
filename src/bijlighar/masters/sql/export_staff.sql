-- Roles that were ever given in these areas, and to whom.
select
    staff.login,
    staff.name_en,
    staff.name_hi,
    held.role,
    node.code,
    held.starts_at,
    held.ends_at,
    case when staff.is_active then 1 else 0 end
from people_rolegrant as held
join place on place.id = held.area_id
join people_staff as staff on staff.id = held.staff_id
join grid_node as node on node.id = held.area_id
order by staff.login, held.starts_at, held.id
