#!/bin/sh
# Shows what the server says, whole and once: an unchanged request is refused again, so there is no retry.
set -u
BODY=$(mktemp) HEAD=$(mktemp)
trap 'rm -f "$BODY" "$HEAD"' EXIT

status=$(printf 'x-api-key: %s\n' "$ANTHROPIC_API_KEY" | curl -sS -H @- -D "$HEAD" -o "$BODY" -w '%{http_code}' \
  --connect-timeout 5 --max-time 120 -H 'Content-Type: application/json' -H 'anthropic-version: 2023-06-01' \
  "$ANTHROPIC_BASE_URL/v1/messages" \
  -d "{\"model\":\"$MODEL\",\"max_tokens\":1024,\"messages\":[{\"role\":\"user\",\"content\":\"Say hello.\"}]}") || exit 2

if [ "$status" = 200 ]; then
  cat "$BODY"
  exit 0
fi
{
  echo "status: $status"
  grep -i 'request-id' "$HEAD"
  for key in message type; do
    grep -oE "\"$key\" *: *(\"([^\"\\\\]|\\\\.)*\"|[^,}]*)" "$BODY" | head -n 1
  done
  echo "body:   $(cat "$BODY")"
} >&2
exit 1
