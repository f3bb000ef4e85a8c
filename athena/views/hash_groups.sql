-- Which group of near-duplicates the images with a perceptual hash belong to.
-- One row per hash of analysed images; the hash of every plain surface is left out. The group is the first posted hash
-- that is near (near_hashes: at most 8 bits differ); if no post shows a near one, the first near hash by its digits.
-- Key: perceptual_hash
create or replace view hash_groups as
with posted as (
    select
        p.perceptual_hash,
        min(t.timestamp_ms) as first_seen
    from photo_analyses as p
    inner join tweets as t on p.tweetid = t.id and p.dt = t.dt
    group by p.perceptual_hash
),

near as (
    select
        n.perceptual_hash,
        n.near_hash,
        n.distance,
        p.first_seen,
        if(p.perceptual_hash is null, 1, 0) as is_unposted
    from near_hashes as n
    left join posted as p on n.near_hash = p.perceptual_hash
)

select
    perceptual_hash,
    element_at(array_agg(near_hash order by is_unposted, first_seen, near_hash), 1) as image_group,
    element_at(array_agg(distance order by is_unposted, first_seen, near_hash), 1) as distance
from near
group by perceptual_hash
