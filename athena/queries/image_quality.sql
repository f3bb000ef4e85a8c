-- How bright, sharp and rich in contrast are the images, day by day (0 to 100; where PROPERTIES were requested)?
-- Parameter 1: since (varchar), the first day of the images
-- Parameter 2: until (varchar), their last day
with qualities as (
    select
        dt,
        image_properties.quality as measured
    from image_analyses
    where dt between ? and ? and image_properties is not null
)

select
    dt,
    count(*) as images,
    round(avg(measured."brightness"), 1) as mean_brightness,
    round(avg(measured."sharpness"), 1) as mean_sharpness,
    round(avg(measured."contrast"), 1) as mean_contrast,
    count_if(measured."brightness" < 30) as dark_images,
    count_if(measured."sharpness" < 30) as blurred_images
from qualities
group by dt
order by dt asc
