-- Which posts carry photos with moderation labels, or are marked as possibly sensitive by their platform?
with moderated as (
    select
        p.tweetid,
        p.dt,
        array_join(array_agg(distinct m.label_name order by m.label_name), ', ') as moderation_labels,
        max(m.confidence) as confidence
    from image_moderation as m
    inner join tweet_photos as p on m.image_id = p.image_id and m.dt = p.image_dt
    group by p.tweetid, p.dt
)

select
    p.id_str,
    p."user"."screen_name" as screen_name,
    p.is_retweet as isretweet,
    p.possibly_sensitive,
    m.moderation_labels,
    m.confidence
from tweets as p
left join moderated as m on p.id = m.tweetid and p.dt = m.dt
where p.possibly_sensitive or m.tweetid is not null
order by m.confidence desc, p.id desc
limit 20
