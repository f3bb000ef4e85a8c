-- Which photos spread furthest, if near-duplicates count as one? Over the whole lake.
select
    first_image_id,
    first_media_url,
    images,
    posts,
    authors,
    first_seen,
    last_seen,
    date_diff('hour', first_seen, last_seen) as hours,
    first_screen_name,
    first_post_url
from image_spread
where posts > 1
order by posts desc, authors desc, first_seen asc, first_image_id asc
limit 20
