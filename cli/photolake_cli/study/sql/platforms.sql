select
    source_platform,
    count(*) as posts,
    count(distinct "user"."id") as authors,
    count_if(is_retweet) as retweets,
    cast(min(posted_on) as varchar) as first_day,
    cast(max(posted_on) as varchar) as last_day,
    min(collected_at) as first_collected,
    max(collected_at) as last_collected
from tweets
where dt between '$since' and '$until'
group by source_platform
order by source_platform
