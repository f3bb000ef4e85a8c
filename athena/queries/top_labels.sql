-- Which things appear most often in the posted photos?
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
select
    label_name,
    count(*) as photos,
    count(distinct tweetid) as posts,
    round(avg(label_confidence), 1) as mean_confidence
from media_image_labels_query
where dt between ? and ?
group by label_name
order by photos desc, label_name asc
limit 20
