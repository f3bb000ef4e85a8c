select count(distinct p.id) as posts
from "$landing".posts as p
inner join "$landing".deletions as d on p.id = d.id
where p.dt between '$since' and '$until'
