-- A row a day: analysed images, and for how many of them each API responded.
select
    dt,
    count(*) as images,
    count(image_labels.labels) as labels,
    count(image_labels.moderationlabels) as moderation,
    count(image_labels.textdetections) as text,
    count(image_labels.facedetails) as faces,
    count(image_labels.celebrityrecognition) as celebrities,
    count(image_properties) as properties,
    count(image_labels.customlabels) as custom_labels
from image_analyses
where dt between '${since}' and '${until}'
group by dt
order by dt
