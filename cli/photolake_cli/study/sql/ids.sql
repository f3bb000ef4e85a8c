select
    source_platform,
    id_str
from tweets
where dt between '$since' and '$until'
order by source_platform, id_str
