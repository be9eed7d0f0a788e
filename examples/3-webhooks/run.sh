#!/bin/sh
# Follows the same events without a receiver, as a feed: what happened since, then whatever happens next.
. "$(dirname "$0")/../giving.sh"

cursor=$(signed GET '/v1/partner/events?after=now&limit=1' | member nextCursor)
signed POST /v1/partner/users "{\"externalUserId\":\"user_$(new_key)\"}" >/dev/null
seen=$(signed GET "/v1/partner/events?after=$cursor&types=user.created&wait=25")
echo "event: $(echo "$seen" | member type)"
