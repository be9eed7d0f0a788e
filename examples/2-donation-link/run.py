"""Makes a link through which a donor pays, and waits until the gift is there and rewarded."""

import pathlib
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from giving import from_browser

found = from_browser("GET", "/v1/partner/organizations?query=red%20cross")
link = from_browser("POST", "/v1/partner/donations/create-link", {
    "nonprofitSlug": found["data"][0]["slug"],
    "amount": 2500,
    "currency": "USD",
    "idempotencyKey": f"gift_{uuid.uuid4().hex}",
})
print(f"pay at: {link['donationLink']}", flush=True)

# The server holds each answer until something changes, for 25 seconds at most.
gift = {"status": "PENDING", "rewardStatus": "PENDING"}
while "PENDING" in (gift["status"], gift["rewardStatus"]):
    gift = from_browser("GET", f"/v1/partner/donations/status/{link['partnerDonationId']}?wait=25")
print(f"gift: {gift['status']}, reward: {gift['rewardStatus']}, tokens: {gift['tokensAwarded']}")
