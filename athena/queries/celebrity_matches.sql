-- Where is a celebrity named, or recognised with more than 75 percent, and do glasses and pose of the face support it?
-- Parameter 1: name (varchar), the celebrity's name or a part of it
-- Parameter 2: since (varchar), the first day of the posts
-- Parameter 3: until (varchar), their last day
with wanted as (
    select lower(?) as name
),

recognised as (
    select
        c.*,
        c.face_left_edge + c.face_width / 2 as centre_x,
        c.face_top_edge + c.face_height / 2 as centre_y
    from celeb_view as c
    cross join wanted as w
    where c.matchconfidence > 75 and strpos(lower(c.name), w.name) > 0
),

detected as (
    select
        *,
        face_left_edge + face_width / 2 as centre_x,
        face_top_edge + face_height / 2 as centre_y
    from media_image_labels_face_query
),

-- Each API draws its own box around a face. A detected face matches if its centre is in that box; the nearest wins.
pairs as (
    select
        r.*,
        d.eyeglasses_value,
        d.sunglasses_value,
        row_number() over (
            partition by r.dt, r.tweetid, r.mediaid, r.celebrity_number
            order by
                (d.centre_x - r.centre_x) * (d.centre_x - r.centre_x)
                + (d.centre_y - r.centre_y) * (d.centre_y - r.centre_y) asc,
                d.face_number asc
        ) as nearness
    from recognised as r
    left join detected as d
        on
            r.tweetid = d.tweetid and r.mediaid = d.mediaid and r.dt = d.dt
            and d.centre_x between r.face_left_edge and r.face_left_edge + r.face_width
            and d.centre_y between r.face_top_edge and r.face_top_edge + r.face_height
)

select
    p.post_url,
    p."user"."screen_name" as screen_name,
    strpos(lower(p.text), w.name) > 0 as named_in_text,
    c.name as recognised_name,
    round(c.matchconfidence, 1) as match_percent,
    c.eyeglasses_value,
    c.sunglasses_value,
    round(c.yaw, 1) as yaw,
    round(c.roll, 1) as roll,
    round(c.pitch, 1) as pitch,
    c.media_url,
    p.text
from tweets as p
cross join wanted as w
left join pairs as c on p.id = c.tweetid and p.dt = c.dt and c.nearness = 1
where p.dt between ? and ? and (strpos(lower(p.text), w.name) > 0 or c.tweetid is not null)
order by c.matchconfidence desc, p.id desc, c.mediaid asc, c.celebrity_number asc
limit 50
