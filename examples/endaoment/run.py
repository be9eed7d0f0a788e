"""The Endaoment journey with Python's standard library: a donor, a fund, money
for it, and a grant.

    GIVING_BASE_URL=http://127.0.0.1:8080 GIVING_SECRET_KEY=sk_test_… python3 run.py

Amounts are texts of digits, in millionths of a US dollar.
"""

import datetime
import json
import os
import secrets
import urllib.error
import urllib.parse
import urllib.request
import uuid

URL = os.environ["GIVING_BASE_URL"]
SECRET_KEY = os.environ["GIVING_SECRET_KEY"]


def call(method, path, body=None):
    """Makes a call; a refusal ends the program with what the server says."""
    request = urllib.request.Request(URL + path, method=method)
    request.add_header("x-api-key", SECRET_KEY)
    data = None
    if body is not None:
        request.add_header("Content-Type", "application/json")
        data = json.dumps(body).encode()
    try:
        with urllib.request.urlopen(request, data) as response:
            return json.load(response)
    except urllib.error.HTTPError as refused:
        raise SystemExit(f"{method} {path}: {refused.read().decode()}") from refused


def micro_dollars(dollars):
    return str(dollars * 1_000_000)


def main():
    # What makes this run's names its own.
    run = secrets.token_hex(6)
    donor = f"donor-{run}-0001"
    user = call(
        "POST",
        "/v1/auth/partner/users",
        {
            "partnerUserIdentifier": donor,
            "firstName": "Ada",
            "lastName": "Lovelace",
            "email": f"{donor}@example.org",
            "address": {"line1": "12 River Road", "city": "London", "country": "GBR"},
        },
    )

    fund = call(
        "POST",
        "/v1/funds/partner",
        {
            "name": "The Lovelace Fund",
            "partnerAccountIdentifier": f"account-{run}-0001",
            "partnerUserIdentifier": donor,
        },
    )
    print("fund", fund["id"])

    cash = {
        "receivingFundId": fund["id"],
        # Sent twice under one key, it is done once.
        "idempotencyKey": str(uuid.uuid4()),
        "pledgedAmountMicroDollars": micro_dollars(25),
        "partnerOperationId": f"cash-{run}",
        "partnerUserIdentifier": donor,
    }
    path = "/v1/donation-pledges/partner/cash-settled"
    assert call("POST", path, cash) == call("POST", path, cash)

    call(
        "POST",
        "/v1/donation-pledges/partner/stock-settled",
        {
            "receivingFundId": fund["id"],
            "idempotencyKey": str(uuid.uuid4()),
            "donationValueMicroDollars": micro_dollars(1250),
            "stockPledgeData": {
                "shares": 12.5,
                "ticker": "ACME",
                "lots": [{"numberOfShares": 10, "purchasePrice": 48.2, "purchaseDate": "2019-03-01"}],
            },
            "partnerOperationId": f"stock-{run}",
            "partnerUserIdentifier": donor,
        },
    )

    query = urllib.parse.urlencode({"searchTerm": "red cross", "count": 1})
    [nonprofit] = call("GET", f"/v2/orgs/search?{query}")

    settled = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)
    submission = call(
        "POST",
        "/v1/transfers/partner/grant-submissions",
        {
            "idempotencyKey": str(uuid.uuid4()),
            "originFundId": fund["id"],
            "inboundCustodianTransfer": {
                "amountMicroDollars": micro_dollars(100),
                "partnerFundingTransferId": f"transfer-{run}",
                "sourcePartnerAccountIdentifier": "brokerage-account-0001",
                "destinationPartnerAccountIdentifier": "custodian-account-0001",
                "settledAtUtc": settled.isoformat(),
            },
            "grants": [
                {
                    "amountMicroDollars": micro_dollars(75),
                    "destinationOrgId": nonprofit["id"],
                    "specialInstructions": "For the library",
                }
            ],
        },
    )
    assert submission["partnerId"] == user["techPlatformClientId"]

    # What was pledged, and what the grant left of its transfer: 1300 USD.
    print("balance", call("GET", f"/v1/funds/{fund['id']}")["usdcBalance"])


main()
