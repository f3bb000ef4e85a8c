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
_TOKEN = "needs a token of X, and the schedule comes by chance; tests/integration/x_compliance has a fake X"
_BLUESKY = "takes a post that Bluesky deletes out of the domain; no test has both"
_ONE_STATEMENT = "one statement for catalog, databases and tables, as in Athena's guide"
_UNPAID = "what waits for money; there is enough of it here"
_INDEX = "arn:aws:es:*:domain/*"
_BY_ATHENA = "Athena asks for it with the rights of whoever runs the query, and the laptop's does not"
_RARE = "a deleted post that lies there; none does here: tests/faults/test_forgetting.py has one in each place"
_READ_DATABASES = ("glue:GetDatabase", "glue:GetDatabases")
_REWRITTEN = ("posts", "photos", "analyses", "athena-results")
UNSEEN = (
    Unseen("AthenaSchemaRole", ("s3:DeleteObject",), "only when the stack is deleted"),
    Unseen("AthenaSchemaRole", _READ_DATABASES, _ONE_STATEMENT, "arn:aws:glue:*:table/*"),
    Unseen("BackfillRole", ("sqs:SendMessage",), _UNPAID, "*:TweetQueue"),
    Unseen("CollectorRole", ("es:ESHttpHead", "es:ESHttpPost", "es:ESHttpPut"), _BLUESKY),
    Unseen("CollectorRole", ("s3:PutObject",), _UNFIT, "*/errors/malformed/*"),
    Unseen("CompactorRole", ("athena:StopQueryExecution",), "a query that outlasts the run"),
    Unseen("CompactorRole", ("glue:GetDatabase",), _ONE_STATEMENT, "arn:aws:glue:*:table/*"),
    Unseen("CompactorRole", ("s3:DeleteObject",), "an hour after a partition was written anew"),
    Unseen("ForgetterRole", ("es:ESHttpHead", "es:ESHttpPost", "es:ESHttpPut"), _BLUESKY),
    Unseen("ForgetterRole", ("glue:GetDatabase",), _ONE_STATEMENT, "arn:aws:glue:*"),
    Unseen(
        "ForgetterRole", ("s3:GetBucketLocation", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"), _BY_ATHENA
    ),
    Unseen("ForgetterRole", ("s3:GetObject",), _BY_ATHENA, "*/deletions/*"),
    *(Unseen("ForgetterRole", ("s3:GetObject", "s3:PutObject"), _BY_ATHENA, f"*/{name}/*") for name in _REWRITTEN),
    Unseen("ForgetterRole", ("s3:DeleteObject", "s3:GetObject", "s3:PutObject"), _RARE, "*/errors/*"),
    Unseen("ForgetterRole", ("s3:DeleteObject",), _RARE, "*/tweets/*"),
    Unseen("ForgetterRole", ("s3:DeleteObject",), _RARE, "*/provided/*"),
    Unseen("ForgetterRole", ("s3:DeleteObject",), _RARE, "*/redriven/*"),
    Unseen("ForgetterRole", ("s3:DeleteObject",), "lists of images that are three days old", "*/forgotten/*"),
    Unseen("ForgetterRole", ("dynamodb:DeleteItem", "dynamodb:UpdateItem"), _RARE, "*:table/CheckpointTable"),
    Unseen("ForgetterRole", ("sqs:ChangeMessageVisibility", "sqs:DeleteMessage"), _RARE),
    Unseen("ComplianceRole", ("athena:GetQueryExecution", "athena:StartQueryExecution"), _TOKEN),
    Unseen("ComplianceRole", ("dynamodb:GetItem", "dynamodb:PutItem"), _TOKEN),
    Unseen("ComplianceRole", ("s3:GetObject",), "the archive is read while SampleRate is below 1", "*/tweets/*"),
    Unseen("ComplianceRole", ("s3:PutObject",), _TOKEN, "*/deletions/*"),
    Unseen("ComplianceRole", ("s3:PutObject",), "a line of X that cannot be read", "*/errors/malformed/*"),
    Unseen("ComplianceRole", ("glue:GetDatabase",), _ONE_STATEMENT, "arn:aws:glue:*:table/*"),
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
    Unseen(
        "StreamRole",
        ("s3:PutObject",),
        "what an hour of the stream has covered; none here lasts so long",
        "*/collection_runs/*",
    ),
    Unseen("StreamRole", ("s3:PutObject",), _UNFIT, "*/errors/malformed/*"),
    Unseen("TweetAnalyzerRole", ("dynamodb:DeleteItem", "dynamodb:PutItem"), _UNPAID, "*:table/ImagesTable"),
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
