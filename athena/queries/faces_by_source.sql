-- How many of the photos show faces, by platform and by the query that found the post?
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
with photos as (
    select
        t.source_platform,
        t.matched_query,
        coalesce(cardinality(p.image_labels.facedetails), 0) as faces,
        coalesce(cardinality(filter(p.image_labels.facedetails, face -> face."smile"."value")), 0) as smiling
    from photo_analyses as p
    inner join tweets as t on p.tweetid = t.id and p.dt = t.dt
    where t.dt between ? and ?
)

select
    source_platform,
    matched_query,
    count(*) as photos,
    count_if(faces > 0) as with_faces,
    sum(faces) as faces,
    sum(smiling) as smiling
from photos
group by source_platform, matched_query
order by photos desc, source_platform asc, matched_query asc
