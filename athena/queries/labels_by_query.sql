-- Which labels set the photos of the two most frequent queries apart?
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
-- Compared are shares of the posts whose photos have labels. z is the log odds ratio in standard errors, where each
-- side gets 100 more posts with the shares of both together, so that rare labels do not win by chance (after Monroe,
-- Colaresi and Quinn 2008, "Fightin' Words"): above 0 the label is of query_a. Only labels of 5 posts and more.
with posts as (
    select
        t.id,
        t.dt,
        coalesce(t.matched_query, 'unknown') as matched_query
    from tweets as t
    where t.dt between ? and ?
),

ranked as (
    select
        matched_query,
        row_number() over (order by count(*) desc, matched_query asc) as side
    from posts
    group by matched_query
),

shown as (
    select distinct
        r.side,
        p.id,
        l.label_name
    from media_image_labels_query as l
    inner join posts as p on l.tweetid = p.id and l.dt = p.dt
    inner join ranked as r on p.matched_query = r.matched_query
    where r.side <= 2
),

totals as (
    select
        cast(count(distinct if(side = 1, id)) as double) as all_a,
        cast(count(distinct if(side = 2, id)) as double) as all_b
    from shown
),

counts as (
    select
        label_name,
        count_if(side = 1) as posts_a,
        count_if(side = 2) as posts_b
    from shown
    group by label_name
    having count(*) >= 5
),

prior as (
    select
        c.label_name,
        c.posts_a,
        c.posts_b,
        t.all_a,
        t.all_b,
        100 * (c.posts_a + c.posts_b + 1) / (t.all_a + t.all_b + 2) as added
    from counts as c
    cross join totals as t
    where t.all_a > 0 and t.all_b > 0
),

odds as (
    select
        label_name,
        posts_a,
        posts_b,
        all_a,
        all_b,
        posts_a + added as with_a,
        all_a - posts_a + 100 - added as without_a,
        posts_b + added as with_b,
        all_b - posts_b + 100 - added as without_b
    from prior
)

select
    a.matched_query as query_a,
    b.matched_query as query_b,
    o.label_name,
    o.posts_a,
    o.posts_b,
    round(100 * o.posts_a / o.all_a, 1) as percent_a,
    round(100 * o.posts_b / o.all_b, 1) as percent_b,
    round(
        (ln(o.with_a / o.without_a) - ln(o.with_b / o.without_b))
        / sqrt(1 / o.with_a + 1 / o.without_a + 1 / o.with_b + 1 / o.without_b), 2
    ) as z
from odds as o
inner join ranked as a on a.side = 1
inner join ranked as b on b.side = 2
order by z desc, o.label_name asc
