# How calls are signed and sent. Read it with `.`; it wants GIVING_BASE_URL, GIVING_PUBLIC_KEY, GIVING_SECRET_KEY
# and GIVING_HMAC_SECRET in the environment.
set -eu

# signed METHOD PATH [BODY] prints the answer; a refusal ends the program.
signed() {
    timestamp=$(date +%s)
    body_hash=$(printf %s "${3-}" | openssl dgst -sha256 -r | cut -d ' ' -f 1)
    signature=$(printf %s "$timestamp$1$2$body_hash" |
        openssl dgst -sha256 -hmac "$GIVING_HMAC_SECRET" -r | cut -d ' ' -f 1)
    curl -sS --fail-with-body -X "$1" "$GIVING_BASE_URL$2" \
        -H "X-Partner-Key: $GIVING_SECRET_KEY" \
        -H "X-Timestamp: $timestamp" \
        -H "X-Signature: $signature" \
        ${3+-H 'Content-Type: application/json' --data-binary "$3"}
}

# from_browser METHOD PATH [BODY]: what a page may ask, with the publishable key alone.
from_browser() {
    curl -sS --fail-with-body -X "$1" "$GIVING_BASE_URL$2" \
        -H "X-Partner-Key: $GIVING_PUBLIC_KEY" \
        ${3+-H 'Content-Type: application/json' --data-binary "$3"}
}

# member NAME prints the first text or number of that name in the JSON that comes in; a real program has a parser.
member() {
    grep -o "\"$1\":\"\{0,1\}[^\",}]*" | head -n 1 | sed "s/^\"$1\":\"\{0,1\}//"
}

# A key that no call had before.
new_key() {
    openssl rand -hex 16
}
