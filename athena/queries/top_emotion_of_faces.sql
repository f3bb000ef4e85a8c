-- What is the strongest emotion on each face, and who posted it with which links?
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
select
    f.top_emotion."type" as emotion,
    round(f.top_emotion."confidence", 1) as emotion_confidence,
    f.media_url,
    f.face_number,
    f.gender_value,
    f.age_range_low,
    f.age_range_high,
    p."user"."screen_name" as screen_name,
    p.post_url,
    array_join(transform(p.entities.urls, link -> link."expanded_url"), ' ') as links
from media_image_labels_face_query as f
inner join tweets as p on f.tweetid = p.id and f.dt = p.dt
where p.dt between ? and ? and f.top_emotion is not null
order by f.top_emotion."confidence" desc, f.tweetid desc, f.mediaid asc, f.face_number asc
limit 50
