# Sourced by the scripts beside it: a directory of their own, processes that end with them, and what they say.

work="$(mktemp -d)"
jobs=()
finish() {
    for job in "${jobs[@]}"; do kill "$job" 2> /dev/null || true; done
    wait
    rm -rf "$work"
}
trap finish EXIT

proves() { echo "ok  $*"; }
fails() {
    echo "FAILED  $*" >&2
    tail -n 20 "$work"/*.log >&2 2> /dev/null || true
    exit 1
}

# Whether a JSON answer tells this moment, give or take ten seconds, as Moscow's clocks do.
tells_the_time() {
    python3 - "$1" << 'END'
import datetime, json, sys
answer = json.loads(sys.argv[1])
time = datetime.datetime.fromisoformat(answer["time"])
now = datetime.datetime.now(datetime.timezone.utc)
assert answer["city"] == "Moscow" and time.utcoffset() == datetime.timedelta(hours=3), answer
assert abs((time - now).total_seconds()) < 10 and time.timestamp() == answer["unix"], (answer, now)
END
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

until_true() { # SECONDS COMMAND...
    local end=$((SECONDS + $1))
    shift
    until "$@" > /dev/null 2>&1; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.1
    done
}

make_volume() { # PROGRAM
    "$1" init "$work/volume" > /dev/null
    "$1" keygen --name ci --directory "$work" > /dev/null
    export WASMROLLOUT_VOLUME="$work/volume" WASMROLLOUT_KEY="$work/ci.key.json"
}

start_agent() { # PROGRAM HOST ENGINE GATEWAY_PORT: an agent of the app moscow-time under the embedded WAGI host.
    cat > "$work/$2.toml" << END
trust = "$work/ci.trust.json"
[host]
id = "$2"
[volume]
path = "$work/volume"
[store]
path = "$work/$2"
[admin]
listen = "127.0.0.1:$(free_port)"
[[app]]
name = "moscow-time"
listen = "127.0.0.1:$4"
bake = "1s"
[app.runtime]
kind = "wagi"
program = "$3"
[app.probe]
timeout = "20s"
END
    "$1" agent --config "$work/$2.toml" 2> "$work/$2.log" &
    jobs+=($!)
}

release_at() { curl -sfI "http://127.0.0.1:$1/" | tr -d '\r' | sed -n 's/^x-wasmrollout-release: //pI'; }
