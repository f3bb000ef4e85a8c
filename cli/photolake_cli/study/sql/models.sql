with found as (
    select
        image_id,
        analyzed_at,
        image_labels.labelmodelversion as labels,
        image_labels.moderationmodelversion as moderation,
        image_labels.textmodelversion as text,
        image_labels.customlabelsmodel as custom_labels
    from photo_analyses
    where dt between '$since' and '$until'
)

select
    labels,
    moderation,
    text,
    custom_labels,
    count(distinct image_id) as images,
    substr(min(analyzed_at), 1, 10) as first_day,
    substr(max(analyzed_at), 1, 10) as last_day
from found
group by labels, moderation, text, custom_labels
order by images desc, labels, moderation, text
