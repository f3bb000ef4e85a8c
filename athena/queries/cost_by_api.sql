-- What have the paid calls cost so far, by API (list prices of us-east-1, first tier: an upper bound)?
-- Parameter 1: since (varchar), the first day of the posts and images
-- Parameter 2: until (varchar), their last day
-- A text is bought once per language, in units of 100 characters and at least three units; an image once per API.
-- Custom labels are billed by the hour that their model runs, and have no price here.
-- The prices are those of layers/core/photolake/prices.json; a test compares them.
with work as (
    select
        dt,
        language,
        text,
        sentiment_status = 'ok' as sentiment,
        entities_status = 'ok' as entities,
        cast(null as bigint) as labels,
        cast(null as bigint) as properties,
        cast(null as bigint) as texts,
        cast(null as bigint) as faces,
        cast(null as bigint) as celebrities,
        cast(null as bigint) as moderation,
        cast(null as bigint) as custom_labels
    from tweets
    union all
    select
        dt,
        null as language,
        null as text,
        false as sentiment,
        false as entities,
        if(image_labels.labels is not null, 1) as labels,
        if(image_properties is not null, 1) as properties,
        if(image_labels.textdetections is not null, 1) as texts,
        if(image_labels.facedetails is not null, 1) as faces,
        if(image_labels.celebrityrecognition is not null, 1) as celebrities,
        if(image_labels.moderationlabels is not null, 1) as moderation,
        if(image_labels.customlabels is not null, 1) as custom_labels
    from image_analyses
),

bought as (
    select
        greatest(3, (length(text) + 99) / 100) as units,
        bool_or(sentiment) as sentiment,
        bool_or(entities) as entities,
        count(labels) as labels,
        count(properties) as properties,
        count(texts) as texts,
        count(faces) as faces,
        count(celebrities) as celebrities,
        count(moderation) as moderation,
        count(custom_labels) as custom_labels
    from work
    where dt between ? and ?
    group by language, text
),

totals as (
    select
        array[
            'DetectSentiment', 'DetectEntities', 'DetectLabels', 'DetectLabels (IMAGE_PROPERTIES)', 'DetectText',
            'DetectFaces', 'RecognizeCelebrities', 'DetectModerationLabels', 'DetectCustomLabels'
        ] as apis,
        array[0.1e0, 0.1e0, 1e0, 0.75e0, 1e0, 1e0, 1e0, 1e0, 0e0] as prices,
        array[
            coalesce(sum(if(sentiment, units)), 0), coalesce(sum(if(entities, units)), 0), coalesce(sum(labels), 0),
            coalesce(sum(properties), 0), coalesce(sum(texts), 0), coalesce(sum(faces), 0),
            coalesce(sum(celebrities), 0), coalesce(sum(moderation), 0), coalesce(sum(custom_labels), 0)
        ] as units
    from bought
)

select
    t.api,
    c.units[t.number] as units,
    c.prices[t.number] as dollars_per_thousand,
    round(c.units[t.number] * c.prices[t.number] / 1000, 4) as dollars
from totals as c
cross join unnest(c.apis) with ordinality as t (api, number)
order by dollars desc, t.api asc
