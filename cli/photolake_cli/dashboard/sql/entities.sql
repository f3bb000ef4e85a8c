-- What each post names, but for links, of which nearly every post has its own. An entity behind an @ gets that sign, so
-- that it is known as the handle of an account.
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
with posts as (
    select
        id,
        text,
        text_entities
    from tweets
    where dt between ? and ?
),

entities as (
    select
        p.id,
        if(substr(p.text, p.text_entities[t.i]."begin_offset", 1) = '@', '@', '') as sign,
        p.text_entities[t.i]."text" as entity,
        p.text_entities[t.i]."type" as type
    from posts as p
    cross join unnest(if(cardinality(p.text_entities) > 0, sequence(1, cardinality(p.text_entities)))) as t (i)
)

select distinct
    id,
    sign || entity as entity,
    type
from entities
where entity is not null and entity not like 'http%://%'
order by 2, 3, 1
