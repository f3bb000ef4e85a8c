-- Which pictures are in the most posts of each query? The first twelve of each.
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
with shown as (
    select
        coalesce(t.matched_query, 'unknown') as matched_query,
        p.image_id,
        count(distinct t.id) as posts
    from photo_analyses as p
    inner join tweets as t on p.tweetid = t.id and p.dt = t.dt
    where t.dt between ? and ?
    group by coalesce(t.matched_query, 'unknown'), p.image_id
),

ranked as (
    select
        *,
        row_number() over (partition by matched_query order by posts desc, image_id asc) as place
    from shown
)

select
    matched_query,
    place,
    image_id,
    posts
from ranked
where place <= 12
order by matched_query asc, place asc
