-- How many faces do the photos show? A photo counts once for each post that shows it.
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
with photos as (
    select
        image_id,
        coalesce(cardinality(image_labels.facedetails), 0) as faces
    from media_rekognition
    where dt between ? and ?
)

select
    faces,
    count(*) as photos,
    count(distinct image_id) as images
from photos
group by faces
order by faces asc
