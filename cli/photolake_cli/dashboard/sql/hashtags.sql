-- The hashtags of each post, in lower case: X and Bluesky take no notice of it either.
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
with tags as (
    select
        id,
        transform(entities.hashtags, tag -> lower(tag."text")) as names
    from tweets
    where dt between ? and ?
)

select distinct
    t.id,
    h.name
from tags as t
cross join unnest(t.names) with ordinality as h (name, number)
order by h.name, t.id
