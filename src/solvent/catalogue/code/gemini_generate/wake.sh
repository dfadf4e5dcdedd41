#!/bin/sh
# Short time to connect, long time to read; few repeats, and fewer once the request was sent: it may have been charged.
set -u
OUT=$(mktemp)
trap 'rm -f "$OUT"' EXIT

attempt=1
while :; do
  seen=$(printf 'x-goog-api-key: %s\n' "$GEMINI_API_KEY" | curl -sS -H @- --no-buffer -o "$OUT" \
    -w '%{http_code} %{time_pretransfer}' --connect-timeout 5 --max-time 120 \
    -H 'Content-Type: application/json' \
    "$GOOGLE_GEMINI_BASE_URL/v1beta/models/$MODEL:streamGenerateContent?alt=sse" \
    -d '{"contents":[{"parts":[{"text":"Say hello."}]}]}')
  code=$?
  if [ "$code" -eq 0 ]; then break; fi
  case ${seen#* } in # time_pretransfer stays 0 where no connection came about
    0 | 0.000000) what="could not connect" most=3 ;;
    *) what="sent, but no whole answer" most=2 ;;
  esac
  echo "call $attempt: $what (curl $code)" >&2
  if [ "$attempt" -ge "$most" ]; then exit 1; fi
  sleep $((attempt * 2))
  attempt=$((attempt + 1))
done
cat "$OUT"
[ "${seen%% *}" = 200 ] # any other status is no network failure and is not repeated here
