-- How many paid calls would the method of 2019 have made on these posts?
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
-- It called Comprehend twice per post, and Rekognition for each photo of each post, even if the photo was not new:
-- labels and moderation always, text if there is a label 'Text', faces and celebrities if there is a label 'Person'.
-- It analysed only files named .jpg or .png.
with photos as (
    select
        p.tweetid,
        p.dt,
        p.mediaid,
        transform(p.image_labels.labels, label -> label."name") as labels
    from photo_analyses as p
    where regexp_like(lower(p.media_url), '\.(jpg|png)$')
),

posts as (
    select
        t.id,
        count(p.mediaid) as photos,
        count_if(contains(p.labels, 'Text')) as texts,
        count_if(contains(p.labels, 'Person')) as people
    from tweets as t
    left join photos as p
        on
            t.id = p.tweetid and t.dt = p.dt
            and contains(transform(t.extended_entities.media, media -> media."id"), p.mediaid)
    where t.dt between ? and ?
    group by t.id
),

totals as (
    select
        count(*) as posts,
        coalesce(sum(photos), 0) as photos,
        coalesce(sum(texts), 0) as texts,
        coalesce(sum(people), 0) as people
    from posts
),

calls as (
    select
        array[
            'DetectSentiment', 'DetectEntities', 'DetectLabels', 'DetectModerationLabels', 'DetectText', 'DetectFaces',
            'RecognizeCelebrities'
        ] as apis,
        array[posts, posts, photos, photos, texts, people, people] as calls
    from totals
)

select
    t.api,
    c.calls[t.number] as calls
from calls as c
cross join unnest(c.apis) with ordinality as t (api, number)
order by t.number asc
