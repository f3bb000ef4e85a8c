select
    coalesce(sentiment_status, 'unknown') as status,
    count(*) as posts
from tweets
where dt between '$since' and '$until'
group by coalesce(sentiment_status, 'unknown')
order by posts desc, status
