#!/bin/sh
# The Endaoment journey with curl: a donor, a fund, money for it, and a grant.
#
#   GIVING_BASE_URL=http://127.0.0.1:8080 GIVING_SECRET_KEY=sk_test_… sh run.sh
#
# Amounts are texts of digits, in millionths of a US dollar.
set -eu
: "${GIVING_BASE_URL:?the address of the server}"
: "${GIVING_SECRET_KEY:?the secret key, sk_…}"

# What makes this run's names its own.
run=$(od -An -N6 -tx1 /dev/urandom | tr -d ' \n')

# call METHOD PATH [BODY]: prints the answer, and stops at a refusal.
call() {
    if [ $# -eq 3 ]; then
        set -- "$1" "$2" --header 'Content-Type: application/json' --data "$3"
    fi
    method=$1
    path=$2
    shift 2
    answer=$(curl --silent --show-error --fail-with-body --request "$method" \
        --header "x-api-key: $GIVING_SECRET_KEY" "$@" "$GIVING_BASE_URL$path") || {
        echo "$method $path: $answer" >&2
        exit 1
    }
    printf '%s\n' "$answer"
}

# field NAME: the first text of this name in the answer that is read.
field() {
    sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"
}

# A UUID (version 4): each pledge and submission is done once under its own.
uuid() {
    od -An -N16 -tx1 /dev/urandom | tr -d ' \n' |
        sed 's/^\(.\{8\}\)\(.\{4\}\).\(.\{3\}\).\(.\{3\}\)\(.\{12\}\)$/\1-\2-4\3-8\4-\5/'
}

donor=donor-$run-0001
call POST /v1/auth/partner/users "{
    \"partnerUserIdentifier\": \"$donor\",
    \"firstName\": \"Ada\", \"lastName\": \"Lovelace\", \"email\": \"$donor@example.org\",
    \"address\": {
        \"line1\": \"12 River Road\", \"city\": \"Springfield\", \"state\": \"IL\", \"zip\": \"62701\",
        \"country\": \"USA\"
    }
}" >/dev/null

fund=$(call POST /v1/funds/partner "{
    \"name\": \"The Lovelace Fund\",
    \"partnerAccountIdentifier\": \"account-$run-0001\",
    \"partnerUserIdentifier\": \"$donor\"
}" | field id)
echo "fund $fund"

call POST /v1/donation-pledges/partner/cash-settled "{
    \"receivingFundId\": \"$fund\",
    \"idempotencyKey\": \"$(uuid)\",
    \"pledgedAmountMicroDollars\": \"25000000\",
    \"partnerOperationId\": \"cash-$run\",
    \"partnerUserIdentifier\": \"$donor\"
}" >/dev/null

call POST /v1/donation-pledges/partner/stock-settled "{
    \"receivingFundId\": \"$fund\",
    \"idempotencyKey\": \"$(uuid)\",
    \"donationValueMicroDollars\": \"1250000000\",
    \"stockPledgeData\": {
        \"shares\": 12.5, \"ticker\": \"ACME\",
        \"lots\": [{ \"numberOfShares\": 10, \"purchasePrice\": 48.2, \"purchaseDate\": \"2019-03-01\" }]
    },
    \"partnerOperationId\": \"stock-$run\",
    \"partnerUserIdentifier\": \"$donor\"
}" >/dev/null

nonprofit=$(call GET '/v2/orgs/search?searchTerm=red%20cross&count=1' | field id)

call POST /v1/transfers/partner/grant-submissions "{
    \"idempotencyKey\": \"$(uuid)\",
    \"originFundId\": \"$fund\",
    \"inboundCustodianTransfer\": {
        \"amountMicroDollars\": \"100000000\",
        \"partnerFundingTransferId\": \"transfer-$run\",
        \"sourcePartnerAccountIdentifier\": \"brokerage-account-0001\",
        \"destinationPartnerAccountIdentifier\": \"custodian-account-0001\",
        \"settledAtUtc\": \"$(date -u +%Y-%m-%dT00:00:00Z)\"
    },
    \"grants\": [{
        \"amountMicroDollars\": \"75000000\",
        \"destinationOrgId\": \"$nonprofit\",
        \"specialInstructions\": \"For the library\"
    }]
}" >/dev/null

# What was pledged, and what the grant left of its transfer: 1300 USD.
echo "balance $(call GET "/v1/funds/$fund" | field usdcBalance)"
