-- Which lines of text are in the posted photos, and how many posts show each?
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
with lines as (
    select
        image_id,
        dt as image_dt,
        array_join(array_agg(line order by line_number), ' / ') as text_in_image,
        round(avg(confidence), 1) as mean_confidence
    from image_texts
    group by image_id, dt
)

select
    l.text_in_image,
    count(distinct p.tweetid) as posts,
    l.mean_confidence
from lines as l
inner join tweet_photos as p on l.image_id = p.image_id and l.image_dt = p.image_dt
where p.dt between ? and ?
group by l.image_id, l.text_in_image, l.mean_confidence
order by posts desc, l.text_in_image asc, l.image_id asc
limit 20
