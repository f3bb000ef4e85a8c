-- Which moderation labels do the posted photos have, and below which label does each stand?
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
select
    m.label_name,
    m.parent_name,
    count(*) as photos,
    count(distinct p.tweetid) as posts,
    count(distinct m.image_id) as images,
    round(max(m.confidence), 2) as highest_confidence
from image_moderation as m
inner join dashboard_photos as p on m.image_id = p.image_id and m.dt = p.image_dt
where p.dt between ? and ?
group by m.label_name, m.parent_name
order by photos desc, m.label_name asc
