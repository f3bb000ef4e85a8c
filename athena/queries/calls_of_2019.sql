-- How many paid calls would the method of 2019 have made on these posts?
-- It called Comprehend twice a post; Rekognition for each photo of a post, however often posted: labels and moderation
-- always, text if a label 'Text', faces and celebrities if a label 'Person'; only files named .jpg or .png.
with photos as (
    select transform(a.image_labels.labels, label -> label."name") as labels
    from image_analyses as a
    inner join tweet_photos as p on a.image_id = p.image_id and a.dt = p.image_dt
    inner join tweets as t on p.tweetid = t.id and p.dt = t.dt
    where
        contains(transform(t.extended_entities.media, media -> media."id"), p.mediaid)
        and regexp_like(lower(p.media_url), '\.(jpg|png)$')
),

calls as (
    select
        count(*) as photos,
        count_if(contains(labels, 'Text')) as texts,
        count_if(contains(labels, 'Person')) as people
    from photos
)

select
    'DetectSentiment' as api,
    count(*) as calls
from tweets
union all
select
    'DetectEntities' as api,
    count(*) as calls
from tweets
union all
select
    'DetectLabels' as api,
    photos as calls
from calls
union all
select
    'DetectModerationLabels' as api,
    photos as calls
from calls
union all
select
    'DetectText' as api,
    texts as calls
from calls
union all
select
    'DetectFaces' as api,
    people as calls
from calls
union all
select
    'RecognizeCelebrities' as api,
    people as calls
from calls
