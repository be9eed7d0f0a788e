#!/bin/sh
# Makes a link through which a donor pays, and waits until the gift is there and rewarded.
. "$(dirname "$0")/../giving.sh"

nonprofit=$(from_browser GET '/v1/partner/organizations?query=red%20cross' | member slug)
link=$(from_browser POST /v1/partner/donations/create-link \
    "{\"nonprofitSlug\":\"$nonprofit\",\"amount\":2500,\"currency\":\"USD\",\"idempotencyKey\":\"gift_$(new_key)\"}")
id=$(echo "$link" | member partnerDonationId)
echo "pay at: $(echo "$link" | member donationLink)"

# The server holds each answer until something changes, for 25 seconds at most.
status=PENDING reward=PENDING
while [ "$status" = PENDING ] || [ "$reward" = PENDING ]; do
    seen=$(from_browser GET "/v1/partner/donations/status/$id?wait=25")
    status=$(echo "$seen" | member status)
    reward=$(echo "$seen" | member rewardStatus)
done
echo "gift: $status, reward: $reward, tokens: $(echo "$seen" | member tokensAwarded)"
