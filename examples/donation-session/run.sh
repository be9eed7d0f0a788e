#!/bin/sh
# Opens a donation session in Percent's dialect, leads a donor to it, and reads the gift.
# It wants GIVING_BASE_URL and GIVING_SECRET_KEY in the environment.
set -eu

percent() {
    curl -sS --fail-with-body "$GIVING_BASE_URL$1" -H "Authorization: $GIVING_SECRET_KEY" \
        ${2+-X POST -H 'Content-Type: application/json' -H "Idempotency-Key: $(openssl rand -hex 16)" --data-binary "$2"}
}
# The first text or number of a name in the JSON that comes in; a real program has a parser for this.
member() { grep -o "\"$1\":\"\{0,1\}[^\",}]*" | head -n 1 | sed "s/^\"$1\":\"\{0,1\}//"; }

organisation=$(percent '/v1/organisations?query=red%20cross&pageSize=1' | member id)
user=$(percent /v1/users '' | member id)
session=$(percent /v1/donation-sessions \
    "{\"organisationId\":\"$organisation\",\"userId\":\"$user\",\"currency\":\"USD\",\"metadata\":{\"order\":\"98765\"}}")
id=$(echo "$session" | member id)
echo "give at: $(echo "$session" | member url)"

status=open
while [ "$status" = open ]; do
    sleep 1
    status=$(percent "/v1/donation-sessions/$id" | member status)
done
echo "session: $status"
gift=$(percent "/v1/donations?userId=$user")
echo "gift: $(echo "$gift" | member amount) $(echo "$gift" | member currencyCode)"
