-- A row a day: photos of posts whose image was analysed, by the APIs that responded, beyond the first photo of each
-- image: what an image that is posted again would have cost.
with photos as (
    select
        dt,
        image_labels.labels is not null as labels,
        image_labels.moderationlabels is not null as moderation,
        image_labels.textdetections is not null as text,
        image_labels.facedetails is not null as faces,
        image_labels.celebrityrecognition is not null as celebrities,
        image_properties is not null as properties,
        image_labels.customlabels is not null as custom_labels,
        lag(1) over (partition by image_id order by dt, tweetid, mediaid) as earlier
    from photo_analyses
    where dt between '${since}' and '${until}'
)

select
    dt,
    count_if(labels) as labels,
    count_if(moderation) as moderation,
    count_if(text) as text,
    count_if(faces) as faces,
    count_if(celebrities) as celebrities,
    count_if(properties) as properties,
    count_if(custom_labels) as custom_labels
from photos
where earlier is not null
group by dt
order by dt
