-- Which hashtags do the posts use most, in lower case?
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
with tags as (
    select
        p.id,
        t.hashtag
    from tweets as p
    cross join
        unnest(transform(p.entities.hashtags, tag -> lower(tag."text"))) with ordinality as t (hashtag, position)
    where p.dt between ? and ?
)

select
    hashtag,
    count(distinct id) as posts
from tags
where hashtag <> ''
group by hashtag
order by posts desc, hashtag asc
limit 50
