-- How old are the people in the photos, by age band and gender? Only groups of at least five faces are listed.
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
with faces as (
    select
        image_id,
        gender_value as gender,
        (age_range_low + age_range_high) / 2 as age
    from media_image_labels_face_query
    where dt between ? and ?
),

bands as (
    select
        image_id,
        gender,
        case
            when age < 18 then '0-17'
            when age < 25 then '18-24'
            when age < 35 then '25-34'
            when age < 45 then '35-44'
            when age < 55 then '45-54'
            when age < 65 then '55-64'
            when age >= 65 then '65 and over'
        end as age_band
    from faces
)

select
    age_band,
    gender,
    count(*) as faces,
    count(distinct image_id) as images
from bands
group by age_band, gender
having count(*) >= 5
order by age_band asc, gender asc
