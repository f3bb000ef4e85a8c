-- What became of each photo that was posted?
select
    status,
    count(*) as photos,
    count(distinct image_id) as images,
    count(distinct tweetid) as posts
from tweet_photos
group by status
order by photos desc, status asc
