-- How do the twenty most frequent labels of the photos come and go, day by day (UTC)?
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
with seen as (
    select
        l.label_name,
        p.posted_on
    from media_image_labels_query as l
    inner join tweets as p on l.tweetid = p.id and l.dt = p.dt
    where p.dt between ? and ?
),

frequent as (
    select
        label_name,
        count(*) as all_photos
    from seen
    group by label_name
    order by all_photos desc, label_name asc
    limit 20
)

select
    s.label_name,
    s.posted_on,
    count(*) as photos
from seen as s
inner join frequent as f on s.label_name = f.label_name
group by s.label_name, s.posted_on, f.all_photos
order by f.all_photos desc, s.label_name asc, s.posted_on asc
