#!/bin/sh
# Publishes a release from any CI and waits until every live host serves it. Needs in its environment:
#   WASMROLLOUT_VOLUME    where the volume is mounted on this runner
#   WASMROLLOUT_KEY_JSON  the private key's content, from the CI's secrets (the file that `wasmrollout keygen` made)
# and takes: plain-shell.sh ARTIFACT APP [VERSION-LABEL]. PLAN names how it goes through the fleet, such as careful (in waves);
# WAIT_LIMIT is how long to wait, by default 5m and what the waves bake.
set -eu
artifact=$1 app=$2 label=${3:-}

# The key lives in a file that only this user can read, and only as long as this script does.
umask 077
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
printf '%s' "$WASMROLLOUT_KEY_JSON" > "$directory/key.json"
# What is started from here on does not need to know it.
unset WASMROLLOUT_KEY_JSON

set -- publish "$artifact" --app "$app" --key "$directory/key.json" --wait \
  --message "${CI_MESSAGE:-published from CI}"
if [ -n "${WAIT_LIMIT:-}" ]; then set -- "$@" --timeout "$WAIT_LIMIT"; fi
if [ -n "${PLAN:-}" ]; then set -- "$@" --plan "$PLAN"; fi
if [ -n "$label" ]; then set -- "$@" --version-label "$label"; fi

status=0
wasmrollout "$@" || status=$?
case $status in
0) echo "Every live host serves it." ;;
64 | 78) echo "The command or its configuration is wrong; nothing was published." >&2 ;;
65) echo "The artifact cannot run, a host refused the release, or it was taken back. What served before still serves." >&2 ;;
69) echo "The volume or a host did not answer in time; the release may still come through: see 'wasmrollout status'." >&2 ;;
77) echo "The key is not trusted; nothing was published." >&2 ;;
*) echo "wasmrollout ended with $status." >&2 ;;
esac
exit "$status"
