"""A view keeps the types that its columns had when it was made."""

from laptop_cloud_testing.athena_lake import PARQUET, POST_COLUMNS, put_posts, running


def test_a_view_over_a_struct_that_changed_is_stale_until_it_is_made_again(tmp_path):
    with running(tmp_path) as lake:
        put_posts(lake)
        author = 'select "user" from tweets'
        assert lake.rows(author)[0] == ("user",)
        longer = POST_COLUMNS["user"].removesuffix(">") + ",pronouns:string>"
        lake.glue.delete_table(DatabaseName="lake_landing", Name="posts")
        lake.put_table("posts", {**POST_COLUMNS, "user": longer}, PARQUET)

        reason = lake.failure(author)

        assert reason.startswith("VIEW_IS_STALE: View 'awsdatacatalog.lake.tweets' is stale or in invalid state: ")
        assert 'column [user] of type row("id" bigint,"screen_name" varchar' in reason


def test_a_view_over_a_column_that_became_wider_is_not(tmp_path):
    with running(tmp_path) as lake:
        put_posts(lake)
        lake.glue.delete_table(DatabaseName="lake_landing", Name="posts")
        lake.put_table("posts", {**POST_COLUMNS, "likes": "bigint"}, PARQUET)

        assert lake.rows("select count(*) from tweets")[0] == ("_col0",)
