#!/bin/sh
# Prints the Secrets that an overlay names, with new keys and passwords:
#   sh deploy/k8s/make-secrets.sh local | kubectl create -f -
# `create`, and not `apply`: existing Secrets must stay, because the sealed secrets in PostgreSQL cannot be opened without their key.
#
# local, operators: PostgreSQL's password is new, too.
# production:       set the address of PostgreSQL and the passwords for Kafka in variables:
#                   DATABASE_URL (postgres://…?sslmode=verify-full), KAFKA_PASSWORD_REGISTRY, KAFKA_PASSWORD_INGESTION, KAFKA_PASSWORD_DELIVERY,
#                   KAFKA_PASSWORD_ADMIN
# Of each:          SMTP_URL (smtp://user:password@host:587), with components/mail.
set -eu
umask 077
random() { od -An -vtx1 -N "$1" /dev/urandom | tr -d ' \n'; }
# In single quotes, as YAML has them.
quoted() { printf "'%s'" "$(printf '%s' "$1" | sed "s/'/''/g")"; }

# secret NAME TYPE KEY VALUE [KEY VALUE]…
secret() {
  printf 'apiVersion: v1\nkind: Secret\nmetadata: { name: %s, namespace: %s }\ntype: %s\nstringData:\n' "$1" "${NAMESPACE:-signet}" "$2"
  shift 2
  while [ $# -gt 0 ]; do
    printf '  %s: %s\n' "$1" "$(quoted "$2")"
    shift 2
  done
  printf -- '---\n'
}

overlay=${1:-}
case $overlay in
  local) host=signet-postgres:5432/signet ;;
  operators) host='signet-postgres-rw:5432/signet?sslmode=verify-full' ;;
  production) : "${DATABASE_URL:?}" "${KAFKA_PASSWORD_REGISTRY:?}" "${KAFKA_PASSWORD_INGESTION:?}" "${KAFKA_PASSWORD_DELIVERY:?}" "${KAFKA_PASSWORD_ADMIN:?}" ;;
  *) echo "Say for which overlay: local, operators or production." >&2 && exit 64 ;;
esac

if [ "$overlay" = production ]; then
  secret signet-database Opaque uri "$DATABASE_URL"
  secret signet-registry Opaque password "$KAFKA_PASSWORD_REGISTRY"
  secret signet-ingestion Opaque password "$KAFKA_PASSWORD_INGESTION"
  secret signet-delivery Opaque password "$KAFKA_PASSWORD_DELIVERY"
  secret signet-admin Opaque password "$KAFKA_PASSWORD_ADMIN"
else
  password=$(random 24)
  # CloudNativePG reads username and password of this type.
  secret signet-database kubernetes.io/basic-auth username signet password "$password" uri "postgres://signet:$password@$host"
fi
secret signet-sealing-keys Opaque keys "1:$(dd if=/dev/urandom bs=32 count=1 2>/dev/null | base64 | tr -d '\n')"
secret signet-operator-key Opaque key "$(random 24)"
if [ -n "${SMTP_URL:-}" ]; then secret signet-smtp Opaque url "$SMTP_URL"; fi
