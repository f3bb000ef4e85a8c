"""What is allowed though no call shows that it is needed, and why.

A call that needs one of these is not recorded, because it comes by chance.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from tests.policies.grants import Grant


@dataclass(frozen=True)
class Unseen:
    """Grants of a role: actions and, if only some, the pattern of their resource."""

    role: str
    actions: tuple[str, ...]
    reason: str
    resource: str = "*"

    def matches(self, grant: Grant) -> bool:
        """Whether it explains the grant."""
        return grant.role == self.role and grant.action in self.actions and fnmatchcase(grant.resource, self.resource)


_NOT_FOUND = "never called: without it S3 answers 403, not 404, for an object that is gone"
_OTHER_WORDS = "checks what was written for other words of a known image; which photo is its first is chance"
_UNFIT = "a post that does not fit its table; none is collected here"
_FIRST = "whoever writes first creates the index, which is one of the two by chance"
_BLUESKY = "takes a post that Bluesky deletes out of the domain; no test has both"
_ONE_STATEMENT = "one statement for catalog, databases and tables, as in Athena's guide"
_INDEX = "arn:aws:es:*:domain/*"
_READ_DATABASES = ("glue:GetDatabase", "glue:GetDatabases")
UNSEEN = (
    Unseen("AthenaSchemaRole", ("s3:DeleteObject",), "only when the stack is deleted"),
    Unseen("AthenaSchemaRole", _READ_DATABASES, _ONE_STATEMENT, "arn:aws:glue:*:table/*"),
    Unseen("CollectorRole", ("es:ESHttpHead", "es:ESHttpPost", "es:ESHttpPut"), _BLUESKY),
    Unseen("CollectorRole", ("s3:PutObject",), _UNFIT, "*/errors/malformed/*"),
    Unseen("ImageAnalyzerRole", ("dynamodb:GetItem",), "what an analysis that failed has bought", "*:table/CacheTable"),
    Unseen("ImageAnalyzerRole", ("es:ESHttpHead", "es:ESHttpPut"), _FIRST, _INDEX),
    Unseen("ImageAnalyzerRole", ("rekognition:DetectCustomLabels",), "needs a model of Custom Labels"),
    Unseen("ImageAnalyzerRole", ("s3:ListBucket",), _NOT_FOUND),
    Unseen("PhotoFetcherRole", ("dynamodb:DeleteItem",), "a post that is forgotten while its photo is fetched"),
    Unseen("PhotoFetcherRole", ("dynamodb:GetItem",), _OTHER_WORDS, "*:table/SearchIndexTable"),
    Unseen("PhotoFetcherRole", ("s3:GetObject",), "copies of photos that are gone, and whether an image is there"),
    Unseen("PhotoFetcherRole", ("s3:ListBucket",), _NOT_FOUND),
    Unseen("PhotoFetcherRole", ("es:ESHttpHead", "es:ESHttpPut"), _FIRST, _INDEX),
    Unseen("QuickSightRole", _READ_DATABASES, _ONE_STATEMENT, "arn:aws:glue:*:table/*"),
    Unseen("QuickSightRole", ("glue:GetTable", "glue:GetTables"), _ONE_STATEMENT, "*:database/default"),
    Unseen("SearchApiRole", ("s3:GetObject",), "the request of whoever has the URL that the function signed"),
    Unseen("StreamRole", ("s3:PutObject",), _UNFIT, "*/errors/malformed/*"),
    Unseen(
        "TweetAnalyzerRole",
        ("dynamodb:DeleteItem",),
        "Powertools takes back the record of a run that failed; none fails here",
    ),
    Unseen(
        "TweetAnalyzerRole",
        ("dynamodb:GetItem",),
        "Powertools asks for a record only if DynamoDB did not return it with the refused write",
    ),
    Unseen("TweetAnalyzerRole", ("s3:ListBucket",), _NOT_FOUND),
)
