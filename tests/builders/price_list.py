"""Products as `pricing:GetProducts` returns them, each a JSON text.

The shape is that of the AWS Price List (format aws_v1), the figures are true ones of us-east-1: Comprehend and
Rekognition as published on 2026-09-11, https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/comprehend/current/.
"""

import json

COMPREHEND_TIERS = (
    ("0", "10000000", "0.0001000000"),
    ("10000000", "50000000", "0.0000500000"),
    ("50000000", "Inf", "0.0000250000"),
)
REKOGNITION_TIERS = (
    ("0", "1000000", "0.0010000000"),
    ("1000000", "5000000", "0.0008000000"),
    ("5000000", "35000000", "0.0006000000"),
    ("35000000", "Inf", "0.0002500000"),
)


def build_product(
    service="comprehend",
    usage_type="USE1-DetectSentiment",
    tiers=COMPREHEND_TIERS,
    unit="Unit",
    sku="AAAABBBBCCCC1111",
    region="us-east-1",
    published="2026-09-11T18:02:11Z",
    **attributes,
):
    """A product on demand, with the attributes that every product has and those given."""
    term = f"{sku}.JRTCKXETXF"
    dimensions = {
        f"{term}.RATE{number}": {
            "unit": unit,
            "endRange": end,
            "description": f"${usd} per {unit} for {usage_type} in {region}",
            "appliesTo": [],
            "rateCode": f"{term}.RATE{number}",
            "beginRange": begin,
            "pricePerUnit": {"USD": usd},
        }
        for number, (begin, end, usd) in enumerate(tiers)
    }
    document = {
        "product": {
            "productFamily": "AI",
            "attributes": {
                "regionCode": region,
                "servicecode": service,
                "usagetype": usage_type,
                "locationType": "AWS Region",
                "location": "US East (N. Virginia)",
                "operation": "",
                **attributes,
            },
            "sku": sku,
        },
        "serviceCode": service,
        "terms": {
            "OnDemand": {
                term: {
                    "priceDimensions": dimensions,
                    "sku": sku,
                    "effectiveDate": "2026-09-01T00:00:00Z",
                    "offerTermCode": "JRTCKXETXF",
                    "termAttributes": {},
                }
            }
        },
        "version": "20260911180211",
        "publicationDate": published,
    }
    return json.dumps(document)
