-- What became of each photo that was posted?
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
select
    status,
    count(*) as photos,
    count(distinct image_id) as images,
    count(distinct tweetid) as posts
from tweet_photos
where dt between ? and ?
group by status
order by photos desc, status asc
