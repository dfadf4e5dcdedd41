#!/bin/sh
# Shows what the server says, whole and once: an unchanged request is refused again, so there is no retry.
set -u
BODY=$(mktemp)
trap 'rm -f "$BODY"' EXIT

status=$(printf 'x-goog-api-key: %s\n' "$GEMINI_API_KEY" | curl -sS -H @- -o "$BODY" \
  -w '%{http_code}' --connect-timeout 5 --max-time 120 \
  -H 'Content-Type: application/json' \
  "$GOOGLE_GEMINI_BASE_URL/v1beta/models/$MODEL:generateContent" \
  -d '{"contents":[{"parts":[{"text":"Say hello."}]}]}') || exit 2

if [ "$status" = 200 ]; then
  cat "$BODY"
  exit 0
fi
{
  echo "status: $status"
  for key in message status; do
    grep -oE "\"$key\" *: *(\"([^\"\\\\]|\\\\.)*\"|[^,}]*)" "$BODY" | head -n 1
  done
  echo "body:   $(cat "$BODY")"
} >&2
exit 1
