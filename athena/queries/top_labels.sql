-- What is seen most often in the posted photos?
select
    label_name,
    count(*) as photos,
    round(avg(label_confidence), 1) as mean_confidence
from media_image_labels_query
group by label_name
order by photos desc, label_name asc
limit 20
