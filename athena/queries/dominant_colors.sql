-- Which colours dominate the images (where PROPERTIES were asked for)?
-- Parameter 1: since (varchar), the first day of the images
-- Parameter 2: until (varchar), their last day
with colors as (
    select
        a.image_id,
        a.image_properties.dominantcolors[t.i] as color
    from image_analyses as a
    cross join
        unnest(
            if(
                cardinality(a.image_properties.dominantcolors) > 0,
                sequence(1, cardinality(a.image_properties.dominantcolors))
            )
        ) as t (i)
    where a.dt between ? and ?
)

select
    color."simplifiedcolor" as color_name,
    count(distinct image_id) as images,
    round(sum(color."pixelpercent") / count(distinct image_id), 1) as mean_percent_of_pixels
from colors
group by color."simplifiedcolor"
order by images desc, color_name asc
