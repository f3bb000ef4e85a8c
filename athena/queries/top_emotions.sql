-- Which emotions are strongest on the faces, where Rekognition is more than half sure?
select
    top_emotion."type" as emotion,
    count(*) as faces
from media_image_labels_face_query
where top_emotion."confidence" > 50
group by top_emotion."type"
order by faces desc, emotion asc
