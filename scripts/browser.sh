#!/bin/sh
# Makes a Chromium available for the browser tests: the one on the PATH, else Debian's package where we may install it.
# Without either the browser tests skip themselves and say so.
set -u
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null 2>&1 && exit 0
done
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "installing chromium and a font with Chinese characters for the browser tests"
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk; } >/dev/null 2>&1 \
    || echo "chromium could not be installed; the browser tests will be skipped"
else
  echo "no chromium on the PATH; the browser tests will be skipped (Debian: apt-get install chromium fonts-noto-cjk)"
fi
exit 0
