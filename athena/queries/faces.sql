-- Which photos show faces, how many, and how large is the largest (share of the photo's area)?
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
select
    media_url,
    max(face_number) as faces,
    round(max(100 * face_width * face_height), 1) as largest_percent,
    round(max(face_confidence), 1) as best_confidence,
    count(distinct tweetid) as posts
from media_image_labels_face_query
where dt between ? and ?
group by media_url
order by faces desc, largest_percent desc, media_url asc
limit 20
