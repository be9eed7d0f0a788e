"""Makes a user, rewards what the user bought, and reads what the user holds now."""

import pathlib
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from giving import signed

user = f"user_{uuid.uuid4().hex}"
signed("POST", "/v1/partner/users", {"externalUserId": user, "email": f"{user}@example.org"})

# The key is the order's own: sent again, the order is rewarded once.
action = {
    "idempotencyKey": f"order_{uuid.uuid4().hex}",
    "actionType": "PURCHASE",
    "amount": 49.99,
    "currency": "USD",
    "stakeholders": [{"stakeholderTypeCode": "CUSTOMER", "partnerUserId": user}],
}
first = signed("POST", "/v1/partner/actions/submit", action)
again = signed("POST", "/v1/partner/actions/submit", action)
print(f"action: {first['actionId']}, and again: {again['actionId']}")

balance = signed("GET", f"/v1/partner/users/{user}/balance")
print(f"tokens: {balance['available']}")
