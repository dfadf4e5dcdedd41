#!/bin/sh
# Makes nginx available for `make bench`: the one on the PATH or in /usr/sbin, else Debian's package where we may install it.
# Only the program is wanted: the package's service is neither enabled nor started. Without nginx its column stays empty.
set -u
PATH="$PATH:/usr/sbin:/usr/local/sbin"
command -v nginx >/dev/null 2>&1 && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "installing nginx for the benchmark"
  export DEBIAN_FRONTEND=noninteractive
  # RUNLEVEL=1 makes Debian's invoke-rc.d refuse to start the service that the package brings.
  { apt-get update -qq && RUNLEVEL=1 apt-get install -y -qq --no-install-recommends nginx-light; } >/dev/null 2>&1 \
    || echo "nginx could not be installed; the benchmark leaves its column empty"
else
  echo "no nginx on the PATH; the benchmark leaves its column empty (Debian: apt-get install nginx-light)"
fi
exit 0
