-- Which emotions are strongest on the faces, where Rekognition's confidence is over 50 percent?
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
select
    top_emotion."type" as emotion,
    count(*) as faces
from media_image_labels_face_query
where dt between ? and ? and top_emotion."confidence" > 50
group by top_emotion."type"
order by faces desc, emotion asc
