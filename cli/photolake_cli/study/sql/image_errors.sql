with refused as (
    select
        image_id,
        errors
    from photo_analyses
    where dt between '$since' and '$until'
)

select
    r.errors[t.i]."api" as api,
    r.errors[t.i]."code" as code,
    count(distinct r.image_id) as images
from refused as r
cross join unnest(if(cardinality(r.errors) > 0, sequence(1, cardinality(r.errors)))) as t (i)
group by r.errors[t.i]."api", r.errors[t.i]."code"
order by images desc, api, code
