"""Doubles the tokens of one kind of action for a while, and reads what that came to."""

import pathlib
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from giving import signed

kind = f"VOLUNTEER_{uuid.uuid4().hex[:24].upper()}"
campaign = signed("POST", "/v1/partner/campaigns", {
    "name": "Double tokens",
    "status": "ACTIVE",
    "actionTypes": [kind],
    "multiplier": "2",
    "budget": 500,
})
done = signed("POST", "/v1/partner/actions/submit", {
    "idempotencyKey": f"shift_{uuid.uuid4().hex}",
    "actionType": kind,
    "amount": 10,
    "autoCreateUsers": True,
    "stakeholders": [{"stakeholderTypeCode": "VOLUNTEER", "partnerUserId": f"user_{uuid.uuid4().hex}"}],
})
print(f"tokens: {done['tokensDistributed']}")

signed("PATCH", f"/v1/partner/campaigns/{campaign['id']}", {"status": "ENDED"})
analytics = signed("GET", f"/v1/partner/campaigns/{campaign['id']}/analytics")
print(f"spent: {analytics['spent']}, left: {analytics['remaining']}")
