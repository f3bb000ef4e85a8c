-- Which images have moderation labels, and how many posts show each?
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
with moderated as (
    select
        image_id,
        dt,
        array_join(array_agg(distinct label_name order by label_name), ', ') as moderation_labels,
        round(max(confidence), 2) as highest_confidence
    from image_moderation
    group by image_id, dt
)

select
    m.image_id,
    m.moderation_labels,
    m.highest_confidence,
    count(distinct p.tweetid) as posts,
    min(p.posted_at) as first_seen
from moderated as m
inner join dashboard_photos as p on m.image_id = p.image_id and m.dt = p.image_dt
where p.dt between ? and ?
group by m.image_id, m.moderation_labels, m.highest_confidence
order by posts desc, m.image_id asc
limit 100
