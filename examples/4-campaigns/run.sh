#!/bin/sh
# Doubles the tokens of one kind of action for a while, and reads what that came to.
. "$(dirname "$0")/../giving.sh"

kind=VOLUNTEER_$(new_key | cut -c 1-24 | tr a-f A-F)
campaign=$(signed POST /v1/partner/campaigns \
    "{\"name\":\"Double tokens\",\"status\":\"ACTIVE\",\"actionTypes\":[\"$kind\"],\"multiplier\":\"2\",\"budget\":500}")
id=$(echo "$campaign" | member id)

action="{\"idempotencyKey\":\"shift_$(new_key)\",\"actionType\":\"$kind\",\"amount\":10,\"autoCreateUsers\":true,
  \"stakeholders\":[{\"stakeholderTypeCode\":\"VOLUNTEER\",\"partnerUserId\":\"user_$(new_key)\"}]}"
rewarded=$(signed POST /v1/partner/actions/submit "$action")
echo "tokens: $(echo "$rewarded" | member tokensDistributed)"

signed PATCH "/v1/partner/campaigns/$id" '{"status":"ENDED"}' >/dev/null
analytics=$(signed GET "/v1/partner/campaigns/$id/analytics")
echo "spent: $(echo "$analytics" | member spent), left: $(echo "$analytics" | member remaining)"
