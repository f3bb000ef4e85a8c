-- Which custom labels, such as logos and products, are seen, how often and how surely?
-- Parameter 1: since (varchar), the first day of the images
-- Parameter 2: until (varchar), their last day
-- Where a model of Rekognition Custom Labels was asked (CustomLabelsModel).
select
    label_name,
    count(distinct image_id) as images,
    count(*) as times,
    count(width) as with_box,
    round(avg(confidence), 1) as mean_confidence
from image_custom_labels
where dt between ? and ?
group by label_name
order by images desc, label_name asc
