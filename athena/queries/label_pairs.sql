-- Which things appear together in a photo (pairs of labels that are not parent and child)?
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
with photos as (
    select image_labels.labels as seen
    from media_rekognition
    where dt between ? and ?
),

pairs as (
    select
        p.seen[t.i] as label,
        p.seen[u.j] as other
    from photos as p
    cross join unnest(if(cardinality(p.seen) > 0, sequence(1, cardinality(p.seen)))) as t (i)
    cross join unnest(if(cardinality(p.seen) > 0, sequence(1, cardinality(p.seen)))) as u (j)
    where p.seen[t.i]."name" < p.seen[u.j]."name"
)

select
    label."name" as label_name,
    other."name" as other_label_name,
    count(*) as photos
from pairs
where
    none_match(coalesce(label."parents", array[]), parent -> parent."name" = other."name")
    and none_match(coalesce(other."parents", array[]), parent -> parent."name" = label."name")
group by label."name", other."name"
order by photos desc, label_name asc, other_label_name asc
limit 20
