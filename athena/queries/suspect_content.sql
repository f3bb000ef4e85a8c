-- Which posts have photos with moderation labels, or are marked as possibly sensitive by their platform?
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
with moderated as (
    select
        p.tweetid,
        p.dt,
        array_join(array_agg(distinct m.label_name order by m.label_name), ', ') as moderation_labels,
        round(max(m.confidence), 1) as confidence
    from image_moderation as m
    inner join tweet_photos as p on m.image_id = p.image_id and m.dt = p.image_dt
    group by p.tweetid, p.dt
)

select
    p.post_url,
    p."user"."screen_name" as screen_name,
    p.is_retweet as isretweet,
    p.possibly_sensitive,
    m.moderation_labels,
    m.confidence
from tweets as p
left join moderated as m on p.id = m.tweetid and p.dt = m.dt
where p.dt between ? and ? and (p.possibly_sensitive or m.tweetid is not null)
order by m.confidence desc, p.id desc
limit 50
