-- Which images are near-duplicates of each other, and by how many bits of their perceptual hashes they differ.
-- One row per pair of analysed images, in both orders, whose hashes differ in at most 8 bits, as in near_hashes.
-- Key: image_id, other_image_id
create or replace view near_duplicates as
with images as (
    select
        image_id,
        s3_key,
        perceptual_hash
    from image_analyses
)

select
    a.image_id,
    a.s3_key,
    b.image_id as other_image_id,
    b.s3_key as other_s3_key,
    n.distance
from images as a
inner join near_hashes as n on a.perceptual_hash = n.perceptual_hash
inner join images as b on n.near_hash = b.perceptual_hash
where a.image_id <> b.image_id
