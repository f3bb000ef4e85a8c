-- Which emotion does each face show most strongly, however weakly, and how many of these faces smile?
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
select
    top_emotion."type" as emotion,
    count(*) as faces,
    count(distinct image_id) as images,
    count_if(smiling) as smiling
from media_image_labels_face_query
where dt between ? and ?
group by top_emotion."type"
order by faces desc, emotion asc
