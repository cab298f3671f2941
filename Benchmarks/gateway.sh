#!/bin/bash
# Measures the gateway beside HAProxy and nginx: the same backend, the same load, the same work on headers, one thread each, in
# turns, so that whatever else the machine does hits all alike.
#
#   Benchmarks/gateway.sh [ROUNDS] [SECONDS] [CONNECTIONS]
#
# Needs haproxy, nginx and wrk (Debian: apt install haproxy nginx-light wrk). CPU is utime and stime of exactly the proxy's
# process from /proc, by request: the figure to compare where other jobs share the processor.
set -euo pipefail
rounds=${1:-5} seconds=${2:-5} connections=${3:-64}
here=$(cd "$(dirname "$0")" && pwd)
gateway=${GATEWAY_BENCH:-$here/../.build/release/gateway-bench}
[ -x "$gateway" ] || { echo "Could not find $gateway. Build it: make bench-gateway does." >&2; exit 69; }
for tool in haproxy nginx wrk; do
    command -v "$tool" >/dev/null || { echo "Could not find $tool. Install haproxy, nginx-light and wrk." >&2; exit 69; }
done

work=$(mktemp -d)
pids=()
finish() { for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; wait 2>/dev/null || true; rm -rf "$work"; }
trap finish EXIT
base=$((20000 + $$ % 20000))
backend=$base gateway_port=$((base + 1)) haproxy_port=$((base + 2)) nginx_port=$((base + 3))

mkdir "$work/root"
head -c 200 /dev/zero | tr '\0' x >"$work/root/index.html"
common="daemon off; master_process off; worker_processes 1; error_log stderr crit;
events { worker_connections 4096; }"
http="access_log off; keepalive_requests 1000000000; keepalive_timeout 300s; client_body_temp_path $work/b; proxy_temp_path $work/p;
fastcgi_temp_path $work/f; uwsgi_temp_path $work/u; scgi_temp_path $work/s; default_type text/plain;"
cat >"$work/backend.conf" <<CONF
$common
pid $work/backend.pid;
http { $http sendfile off; server { listen 127.0.0.1:$backend backlog=4096; root $work/root; open_file_cache max=10; } }
CONF
cat >"$work/nginx.conf" <<CONF
$common
pid $work/nginx.pid;
http { $http
  upstream app { server 127.0.0.1:$backend; keepalive 256; keepalive_requests 1000000000; }
  server { listen 127.0.0.1:$nginx_port backlog=4096;
    location / { proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host \$http_host;
      proxy_set_header X-Forwarded-For \$proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Proto http;
      proxy_set_header X-Forwarded-Host \$http_host; proxy_set_header Via "1.1 nginx";
      add_header Via "1.1 nginx"; add_header x-release "sha256:abababababababababababababababababababababababababababababababab"; add_header x-host bench; } } }
CONF
cat >"$work/haproxy.cfg" <<CONF
global
  nbthread 1
  maxconn 4000
defaults
  mode http
  timeout connect 5s
  timeout client 90s
  timeout server 300s
  option forwardfor
  http-reuse safe
frontend front
  bind 127.0.0.1:$haproxy_port
  http-request set-header X-Forwarded-Proto http
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  http-request add-header Via "1.1 haproxy"
  http-response add-header Via "1.1 haproxy"
  http-response set-header x-release sha256:abababababababababababababababababababababababababababababababab
  http-response set-header x-host bench
  default_backend app
backend app
  server one 127.0.0.1:$backend
CONF

start() { "$@" >"$work/log.$1.$RANDOM" 2>&1 & pids+=($!); started=$!; }
start nginx -c "$work/backend.conf"
start nginx -c "$work/nginx.conf"; nginx_pid=$started
start haproxy -f "$work/haproxy.cfg" -db; haproxy_pid=$started
"$gateway" "$gateway_port" "$backend" >/dev/null 2>&1 & pids+=($!); gateway_pid=$!

wait_for() { for _ in $(seq 100); do (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return; sleep 0.1; done; echo "Could not reach port $1." >&2; cat "$work"/log.* >&2; exit 69; }
for port in $backend $gateway_port $haproxy_port $nginx_port; do wait_for "$port"; done

ticks=$(getconf CLK_TCK)
cpu() { awk '{ sub(/^.*\) /, ""); print $12 + $13 }' "/proc/$1/stat"; }
rss() { awk '/^VmRSS/ { print $2 }' "/proc/$1/status"; }
# name pid port
measure() {
    local before after
    before=$([ "$2" = 0 ] && echo 0 || cpu "$2")
    wrk -t1 -c"$connections" -d"${seconds}s" --latency "http://127.0.0.1:$3/index.html" >"$work/wrk"
    after=$([ "$2" = 0 ] && echo 0 || cpu "$2")
    local memory=0
    [ "$2" = 0 ] || memory=$(rss "$2")
    awk -v name="$1" -v used=$((after - before)) -v ticks="$ticks" -v memory="$memory" '
        function ms(t) { if (t ~ /us$/) return t / 1000; if (t ~ /ms$/) return t + 0; return t * 1000 }
        /50%/ { p50 = ms($2) } /99%/ { p99 = ms($2) } /requests in/ { n = $1 } /Requests\/sec/ { rps = $2 }
        /Socket errors|Non-2xx/ { bad = 1 }
        END { printf "%s %.0f %.2f %.2f %.1f %.1f %s\n", name, rps, p50, p99, used / ticks / n * 1e6, memory / 1024, bad ? "ERRORS" : "ok" }
    ' "$work/wrk" | tee -a "$work/rounds" >&2
}
names=(direct haproxy nginx gateway)
seconds_kept=$seconds; seconds=1
measure warm-up 0 "$haproxy_port"; measure warm-up 0 "$nginx_port"; measure warm-up 0 "$gateway_port"
seconds=$seconds_kept
for _ in $(seq "$rounds"); do
    measure direct 0 "$backend"
    measure haproxy "$haproxy_pid" "$haproxy_port"
    measure nginx "$nginx_pid" "$nginx_port"
    measure gateway "$gateway_pid" "$gateway_port"
done

echo
echo "| $connections connections, median of $rounds rounds of $seconds s | requests/s | p50 ms | p99 ms | CPU µs/request | RSS MiB |"
echo "|---|---|---|---|---|---|"
for name in "${names[@]}"; do
    row=""
    for column in 2 3 4 5 6; do
        row+=" $(grep "^$name " "$work/rounds" | awk -v c=$column '{ print $c }' | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }') |"
    done
    echo "| $name |$row"
done
if grep -q ERRORS "$work/rounds"; then echo "Some requests failed: see above." >&2; exit 1; fi
