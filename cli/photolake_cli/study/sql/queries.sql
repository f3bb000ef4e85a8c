select
    source_platform,
    coalesce(matched_query, '(files or unknown)') as query,
    count(*) as posts,
    cast(min(posted_on) as varchar) as first_day,
    cast(max(posted_on) as varchar) as last_day
from tweets
where dt between '$since' and '$until'
group by source_platform, coalesce(matched_query, '(files or unknown)')
order by source_platform, posts desc, query
