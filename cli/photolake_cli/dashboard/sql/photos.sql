-- The photos of the posts, in the order of the posts' times.
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
select
    tweetid,
    image_id,
    status,
    kind,
    alt_text
from dashboard_photos
where dt between ? and ?
order by posted_at, tweetid, mediaid
