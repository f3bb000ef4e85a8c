select
    status,
    count(*) as photos,
    count(distinct image_id) as images
from tweet_photos
where dt between '$since' and '$until'
group by status
order by photos desc, status
