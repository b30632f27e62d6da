#!/bin/sh
# Makes deploy/compose/.env with new keys and passwords, once: `sh deploy/compose/make-env.sh [file]`. An existing file stays as it is,
# because PostgreSQL keeps the password, and sealed secrets need their key.
set -eu
file=${1:-$(dirname "$0")/.env}
if [ -e "$file" ]; then
  echo "$file is there already and stays as it is."
  exit 0
fi
umask 077
random() { od -An -vtx1 -N "$1" /dev/urandom | tr -d ' \n'; }
key=$(dd if=/dev/urandom bs=32 count=1 2>/dev/null | base64 | tr -d '\n')
cat >"$file" <<END
# Keep this file: what is sealed in PostgreSQL cannot be opened without SIGNET_SEALING_KEYS.
SIGNET_INSTALLATION=compose-$(random 4)
SIGNET_SEALING_KEYS=1:$key
SIGNET_OPERATOR_KEY=$(random 24)
SIGNET_DATABASE_PASSWORD=$(random 24)
SIGNET_GRAFANA_PASSWORD=$(random 12)
END
echo "Wrote $file. The operator key and Grafana's password are in it."
