-- Which pictures were posted most often?
-- A post counts once for a picture, however often it shows it.
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
with showings as (
    select distinct
        p.image_id,
        p.tweetid,
        t.author,
        t.impression_count,
        t.favorite_count,
        t.posted_at
    from photo_analyses as p
    inner join dashboard_posts as t on p.tweetid = t.id and p.dt = t.dt
    where p.dt between ? and ?
)

select
    image_id,
    count(*) as posts,
    count(distinct author) as authors,
    sum(impression_count) as impressions,
    sum(favorite_count) as likes,
    min(posted_at) as first_seen,
    max(posted_at) as last_seen
from showings
group by image_id
order by posts desc, first_seen asc, image_id asc
limit 100
