#!/bin/sh
# Shows what the server says, whole and once: an unchanged request is refused again, so there is no retry.
set -u
BODY=$(mktemp) HEAD=$(mktemp)
trap 'rm -f "$BODY" "$HEAD"' EXIT

status=$(printf 'Authorization: Bearer %s\n' "$OPENAI_API_KEY" | curl -sS -H @- -D "$HEAD" -o "$BODY" \
  -w '%{http_code}' --connect-timeout 5 --max-time 120 \
  -H 'Content-Type: application/json' "$OPENAI_BASE_URL/chat/completions" \
  -d "{\"model\":\"$MODEL\",\"messages\":[{\"role\":\"user\",\"content\":\"Say hello.\"}]}") || exit 2

if [ "$status" = 200 ]; then
  cat "$BODY"
  exit 0
fi
{
  echo "status: $status"
  grep -i 'request-id' "$HEAD"
  for key in message param code type; do
    grep -oE "\"$key\" *: *(\"([^\"\\\\]|\\\\.)*\"|[^,}]*)" "$BODY" | head -n 1
  done
  echo "body:   $(cat "$BODY")"
} >&2
exit 1
