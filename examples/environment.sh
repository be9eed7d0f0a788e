#!/bin/sh
# Prints the address and the keys of the demo as shell variables: eval "$(examples/environment.sh)"
file=${1:-data/demo-credentials.json}
member() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" "$file"; }
echo "export GIVING_BASE_URL='$(member baseUrl)'"
echo "export GIVING_PUBLIC_KEY='$(member publicKey)'"
echo "export GIVING_SECRET_KEY='$(member secretKey)'"
echo "export GIVING_HMAC_SECRET='$(member hmacSecret)'"
