-- How many faces of an age band, gender and emotion the photos of a day show, where only counts of faces are kept.
-- One row per day, platform, query, age band, gender and emotion that posts of at least ten authors show. Groups of
-- fewer are left out, so that no row is about a person. All of it is guessed from looks.
-- Key: dt, source_platform, matched_query, age_band, gender, emotion
create or replace view face_groups as
with copies as (
    select
        dt,
        image_id,
        face_counts."groups" as counted,
        lag(1) over (
            partition by dt, image_id
            order by analyzed_at desc, processed_at desc
        ) as newer
    from ${landing}.analyses
),

counted_faces as (
    select
        c.dt,
        c.image_id,
        c.counted[t.i] as face
    from copies as c
    cross join unnest(if(cardinality(c.counted) > 0, sequence(1, cardinality(c.counted)))) as t (i)
    where c.newer is null
)

select
    t.source_platform,
    coalesce(t.matched_query, '') as matched_query,
    coalesce(f.face."age_band", 'unknown') as age_band,
    coalesce(f.face."gender", 'unknown') as gender,
    coalesce(f.face."emotion", 'unknown') as emotion,
    sum(f.face."faces") as faces,
    count(distinct f.image_id) as images,
    count(distinct t."user"."id") as authors,
    t.dt
from counted_faces as f
inner join tweet_photos as p on f.image_id = p.image_id and f.dt = p.image_dt
inner join tweets as t on p.tweetid = t.id and p.dt = t.dt
group by
    t.dt,
    t.source_platform,
    coalesce(t.matched_query, ''),
    coalesce(f.face."age_band", 'unknown'),
    coalesce(f.face."gender", 'unknown'),
    coalesce(f.face."emotion", 'unknown')
having count(distinct t."user"."id") >= 10
