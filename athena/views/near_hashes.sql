-- Which perceptual hashes (dHash, 64 bits) are near each other: at most 8 bits differ.
-- One row per pair of hashes of analysed images, in both orders, and one per hash with itself. The hash of every plain
-- surface is left out. A hash with fewer than 9 or more than 55 bits set says little about its image (a page, a
-- gradient), and is near none but itself.
-- Key: perceptual_hash, near_hash
create or replace view near_hashes as
with hashes as (
    select distinct
        perceptual_hash,
        try(from_big_endian_64(from_hex(perceptual_hash))) as bits
    from image_analyses
    where perceptual_hash <> '0000000000000000'
),

-- Of ten bands, eight different bits leave two alike: any two hashes that are near are alike under one of 45 masks.
bands as (
    select from_big_endian_64(from_hex(band)) as bits
    from (
        values
        'fe00000000000000', '01fc000000000000', '0003f80000000000', '000007f000000000', '0000000fc0000000',
        '000000003f000000', '0000000000fc0000', '000000000003f000', '0000000000000fc0', '000000000000003f'
    ) as t (band)
),

masks as (
    select bitwise_or(a.bits, b.bits) as mask
    from bands as a
    inner join bands as b on a.bits < b.bits
),

keys as (
    select
        h.perceptual_hash,
        h.bits,
        m.mask,
        bitwise_and(h.bits, m.mask) as masked
    from hashes as h
    cross join masks as m
    where bit_count(h.bits, 64) between 9 and 55
)

select
    perceptual_hash,
    perceptual_hash as near_hash,
    cast(0 as bigint) as distance
from hashes
union all
select distinct
    a.perceptual_hash,
    b.perceptual_hash as near_hash,
    bit_count(bitwise_xor(a.bits, b.bits), 64) as distance
from keys as a
inner join keys as b on a.mask = b.mask and a.masked = b.masked
where a.bits <> b.bits and bit_count(bitwise_xor(a.bits, b.bits), 64) <= 8
