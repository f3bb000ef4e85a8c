"""A fake of X's recent search without HTTP: a history of ids, newest first, in pages of any size."""

from photolake.sources.x.queries import Query


class FakeSearch:
    """Replaces RecentSearch; `before_page` may raise, `visible` returns the ids that the search has now."""

    def __init__(self, ids=(), page_size=2, text="sea"):
        self.query = Query("SEARCH_QUERY", text)
        self.ids = list(ids)
        self.page_size = page_size
        self.asked = []
        self.counted = 0
        self.before_page = lambda: None
        self.visible = lambda: self.ids
        self.tweet = lambda post_id: {"id": str(post_id), "text": "a"}

    def read_page(self, bounds, next_token=None):
        self.before_page()
        self.asked.append((dict(bounds), next_token))
        top = int(next_token) if next_token else bounds["until_id"]
        left = sorted((i for i in self.visible() if bounds.get("since_id", 0) < i < top), reverse=True)
        shown = left[: self.page_size]
        more = {"next_token": str(shown[-1])} if len(left) > len(shown) else {}
        if not shown:
            return {"meta": {"result_count": 0}}
        ends = {"newest_id": str(shown[0]), "oldest_id": str(shown[-1])}
        return {"data": [self.tweet(i) for i in shown], "meta": {"result_count": len(shown), **ends, **more}}

    def count_posts(self):
        self.counted += 1
        return len(self.ids)

    def close(self):
        pass
