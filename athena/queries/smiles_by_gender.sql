-- How many of the faces smile, by the gender that Rekognition guesses from their looks?
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
select
    gender_value as gender,
    count(*) as faces,
    count(distinct image_id) as images,
    count_if(smiling) as smiling,
    count_if(not smiling) as not_smiling
from media_image_labels_face_query
where dt between ? and ?
group by gender_value
order by faces desc, gender asc
