-- A row a day: the calls of Rekognition that the method of 2019 would have made, as the saved query calls_of_2019
-- counts them.
with photos as (
    select
        p.tweetid,
        p.dt,
        p.mediaid,
        transform(p.image_labels.labels, label -> label."name") as labels
    from photo_analyses as p
    where regexp_like(lower(p.media_url), '\.(jpg|png)$$')
),

posts as (
    select
        t.id,
        t.dt,
        count(p.mediaid) as photos,
        count_if(contains(p.labels, 'Text')) as texts,
        count_if(contains(p.labels, 'Person')) as people
    from tweets as t
    left join photos as p
        on
            t.id = p.tweetid and t.dt = p.dt
            and contains(transform(t.extended_entities.media, media -> media."id"), p.mediaid)
    where t.dt between '${since}' and '${until}'
    group by t.id, t.dt
)

select
    dt,
    sum(photos) as labels,
    sum(photos) as moderation,
    sum(texts) as text,
    sum(people) as faces,
    sum(people) as celebrities
from posts
group by dt
order by dt
