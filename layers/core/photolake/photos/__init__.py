"""Photos of posts: jobs, and their download from allowed hosts. Begin with `fetcher`."""
