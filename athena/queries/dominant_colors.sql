-- Which colours dominate the images (where PROPERTIES were requested)?
-- Parameter 1: since (varchar), the first day of the images
-- Parameter 2: until (varchar), their last day
with images as (
    select
        image_id,
        image_properties.dominantcolors as dominantcolors
    from image_analyses
    where dt between ? and ?
),

colors as (
    select
        i.image_id,
        i.dominantcolors[t.i] as color
    from images as i
    cross join unnest(if(cardinality(i.dominantcolors) > 0, sequence(1, cardinality(i.dominantcolors)))) as t (i)
)

select
    color."simplifiedcolor" as color_name,
    count(distinct image_id) as images,
    round(sum(color."pixelpercent") / count(distinct image_id), 1) as mean_percent_of_pixels
from colors
group by color."simplifiedcolor"
order by images desc, color_name asc
