"""Opens a donation session in Percent's dialect, leads a donor to it, and reads the gift.

It wants GIVING_BASE_URL and GIVING_SECRET_KEY in the environment.
"""

import json
import os
import time
import urllib.error
import urllib.request
import uuid


def percent(method, path, body=None):
    headers = {"Authorization": os.environ["GIVING_SECRET_KEY"], "Content-Type": "application/json"}
    if method == "POST":
        # Sent again under the same key, a call has one effect.
        headers["Idempotency-Key"] = uuid.uuid4().hex
    data = None if body is None else json.dumps(body).encode()
    url = os.environ["GIVING_BASE_URL"] + path
    request = urllib.request.Request(url, data=data, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request) as response:
            return json.load(response)
    except urllib.error.HTTPError as refused:
        error = json.load(refused)["error"]
        raise SystemExit(f"{error['code']}: {error['message']} {error.get('reasons', '')}") from None


found = percent("GET", "/v1/organisations?query=red%20cross&pageSize=1")
user = percent("POST", "/v1/users")["data"]
session = percent("POST", "/v1/donation-sessions", {
    "organisationId": found["data"][0]["id"],
    "userId": user["id"],
    "currency": "USD",
    "metadata": {"order": "98765"},
})["data"]
print(f"give at: {session['url']}", flush=True)

while session["status"] == "open":
    time.sleep(1)
    session = percent("GET", f"/v1/donation-sessions/{session['id']}")["data"]
print(f"session: {session['status']}")
gift = percent("GET", f"/v1/donations?userId={user['id']}")["data"][0]
print(f"gift: {gift['amount']} {gift['currencyCode']}")
