-- How did the three photos that spread furthest spread day by day, if near-duplicates count as one?
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
with showings as (
    select
        coalesce(g.image_group, p.image_id) as image_group,
        p.image_id,
        p.mediaid,
        t.id,
        t.source_platform || ':' || t."user"."id_str" as author,
        t.source_platform,
        t.timestamp_ms,
        t.posted_on
    from photo_analyses as p
    inner join tweets as t on p.tweetid = t.id and p.dt = t.dt
    left join hash_groups as g on p.perceptual_hash = g.perceptual_hash
    where t.dt between ? and ?
),

furthest as (
    select
        image_group,
        element_at(array_agg(image_id order by timestamp_ms, id, mediaid), 1) as first_image_id,
        count(distinct id) as posts,
        count(distinct author) as authors,
        min(timestamp_ms) as first_seen
    from showings
    group by image_group
    having count(distinct id) > 1
    order by posts desc, authors desc, first_seen asc, first_image_id asc
    limit 3
),

days as (
    select
        image_group,
        posted_on,
        source_platform,
        count(distinct id) as posts
    from showings
    where posted_on is not null
    group by image_group, posted_on, source_platform
)

select
    f.first_image_id,
    d.posted_on,
    d.source_platform,
    d.posts,
    sum(d.posts) over (
        partition by d.image_group, d.source_platform
        order by d.posted_on asc
    ) as posts_so_far
from furthest as f
inner join days as d on f.image_group = d.image_group
order by f.posts desc, f.authors desc, f.first_seen asc, f.first_image_id asc, d.posted_on asc, d.source_platform asc
