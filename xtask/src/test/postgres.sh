#!/bin/sh
# A private PostgreSQL for one run of the tests or of a benchmark: made, served, and removed again.
#
# Usage: postgres.sh BINARIES PORT. Prints one line `ready` and then lives as long as its input
# stays open, so that it cleans up however the tests end, by a kill included.
set -eu
binaries=$1
port=$2

# Ctrl-C is for the tests; this ends after them, by the end of its input.
trap '' INT HUP TERM

directory=$(mktemp -d /tmp/giving-postgres.XXXXXX)
server=
finish() {
    if [ -n "$server" ]; then
        kill -INT "$server" 2>/dev/null || :
        wait "$server" || :
    fi
    rm -rf "$directory"
}
trap finish EXIT

"$binaries/initdb" --pgdata="$directory/data" --username=postgres --auth=trust \
    --encoding=UTF8 --locale=C --no-sync >"$directory/initdb.log" 2>&1 || {
    cat "$directory/initdb.log" >&2
    exit 1
}

# Traps that ignore are inherited, and PostgreSQL must hear its signals: it sets its own.
"$binaries/postgres" -D "$directory/data" -p "$port" -k "$directory" \
    -c listen_addresses=127.0.0.1 -c max_connections=400 -c logging_collector=off \
    >"$directory/server.log" 2>&1 </dev/null &
server=$!

tries=0
until "$binaries/pg_isready" --quiet --host=127.0.0.1 --port="$port"; do
    tries=$((tries + 1))
    if [ "$tries" -gt 300 ] || ! kill -0 "$server" 2>/dev/null; then
        cat "$directory/server.log" >&2
        exit 1
    fi
    sleep 0.1
done

echo ready
# Nothing is ever written to us: this waits for the end.
read -r _ || :
