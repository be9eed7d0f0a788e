#!/bin/sh
# Makes a user, rewards what the user bought, and reads what the user holds now.
. "$(dirname "$0")/../giving.sh"

user=user_$(new_key)
signed POST /v1/partner/users "{\"externalUserId\":\"$user\",\"email\":\"$user@example.org\"}" >/dev/null

# The key is the order's own: sent again, the order is rewarded once.
order=order_$(new_key)
action="{\"idempotencyKey\":\"$order\",\"actionType\":\"PURCHASE\",\"amount\":49.99,\"currency\":\"USD\",
  \"stakeholders\":[{\"stakeholderTypeCode\":\"CUSTOMER\",\"partnerUserId\":\"$user\"}]}"
first=$(signed POST /v1/partner/actions/submit "$action")
again=$(signed POST /v1/partner/actions/submit "$action")
echo "action: $(echo "$first" | member actionId), and again: $(echo "$again" | member actionId)"

balance=$(signed GET "/v1/partner/users/$user/balance")
echo "tokens: $(echo "$balance" | member available)"
