-- How far a photo has spread: who posted it or a near-duplicate of it, and when.
-- One row per group of posted images, as dashboard_spread groups them: an image without a hash, or with the hash of
-- every plain surface, is a group of its own.
-- Key: image_group
create or replace view image_spread as
select
    image_group,
    count(distinct image_id) as images,
    count(distinct tweetid) as posts,
    count(distinct author_key) as authors,
    min(posted_at) as first_seen,
    max(posted_at) as last_seen,
    element_at(array_agg(image_id order by posted_at, tweetid, mediaid), 1) as first_image_id,
    element_at(array_agg(screen_name order by posted_at, tweetid, mediaid), 1) as first_screen_name,
    element_at(array_agg(post_url order by posted_at, tweetid, mediaid), 1) as first_post_url,
    element_at(array_agg(media_url order by posted_at, tweetid, mediaid), 1) as first_media_url,
    max(distance) as max_distance
from dashboard_spread
group by image_group
