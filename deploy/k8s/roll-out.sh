#!/bin/sh
# Brings an overlay into the cluster, in order: `sh deploy/k8s/roll-out.sh deploy/k8s/overlays/mine`
#   1. the API server validates everything, and changes nothing;
#   2. everything but the services is applied, and then the Job that migrates, which must succeed before anything else happens;
#   3. the services are applied one after the other: each is ready before the next one begins.
# Repeat it after a failure. The services of the last version go on meanwhile.
set -eu
overlay=${1:?Say which overlay, such as deploy/k8s/overlays/mine}
namespace=${NAMESPACE:-signet}
patience=${PATIENCE:-15m}
# Unquoted below, since it is several words.
apply="kubectl apply --server-side --field-manager=signet-roll-out"
objects=$(mktemp)
trap 'rm -f "$objects"' EXIT
kubectl kustomize "$overlay" >"$objects"

if kubectl get namespace "$namespace" >/dev/null 2>&1; then
  $apply --dry-run=server -f "$objects" >/dev/null
fi
services='signet-registry signet-ingestion signet-delivery'
$apply -f "$objects" -l "app.kubernetes.io/name notin (signet-migrate,$(echo $services | tr ' ' ','))"

# A Job cannot be changed. The one of the last version has done its work.
kubectl -n "$namespace" delete job signet-migrate --ignore-not-found
$apply -f "$objects" -l app.kubernetes.io/name=signet-migrate
until kubectl -n "$namespace" wait --for=condition=complete job/signet-migrate --timeout=10s 2>/dev/null; do
  if kubectl -n "$namespace" wait --for=condition=failed job/signet-migrate --timeout=0s 2>/dev/null; then
    kubectl -n "$namespace" logs job/signet-migrate >&2 || true
    echo "The migration failed; the services have not been touched." >&2
    exit 1
  fi
done

for service in $services; do
  $apply -f "$objects" -l app.kubernetes.io/name="$service"
  kubectl -n "$namespace" rollout status "deployment/$service" --timeout="$patience"
done
