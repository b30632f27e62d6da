#!/bin/sh
# Runs a command of signet-admin in the cluster, with the image and the settings of an overlay, and ends with its exit code:
#   sh deploy/k8s/admin.sh deploy/k8s/overlays/production check
# It is the Job of base/migrate under another name, with other arguments and one try. The services are not touched, so it can look with a new
# image before a roll-out. It needs the Secrets and the network policies to be there.
set -eu
overlay=${1:?Say which overlay, such as deploy/k8s/overlays/production}
: "${2:?Say which command of signet-admin, such as check}"
shift
namespace=${NAMESPACE:-signet}
patience=${PATIENCE:-3600}
objects=$(mktemp)
trap 'rm -f "$objects"' EXIT
# As YAML has them, in single quotes.
arguments=$(for one in "$@"; do printf "        - '%s'\n" "$(printf '%s' "$one" | sed "s/'/''/g")"; done)
export arguments

# From the overlay: the Job, its account, and the settings, whose name changes with their content.
kubectl kustomize "$overlay" | awk '
  function flush() {
    if (document ~ /\nkind: Job\n/ && document ~ /\n  name: signet-migrate\n/) {
      sub(/\n  name: signet-migrate\n/, "\n  name: signet-admin\n", document)
      sub(/\n  backoffLimit: [0-9]+\n/, "\n  backoffLimit: 0\n", document)
      at = index(document, "        - migrate\n")
      if (at == 0) exit 1
      document = substr(document, 1, at - 1) ENVIRON["arguments"] substr(document, at + length("        - migrate"))
      printf "---%s", document
    } else if (document ~ /\nkind: ConfigMap\n/ && document ~ /\n  name: signet-[a-z0-9]+\n/) printf "---%s", document
    else if (document ~ /\nkind: ServiceAccount\n/ && document ~ /\n  name: signet-migrate\n/) printf "---%s", document
    document = "\n"
  }
  BEGIN { document = "\n" }
  /^---$/ { flush(); next }
  { document = document $0 "\n" }
  END { flush() }
' >"$objects"

kubectl -n "$namespace" delete job signet-admin --ignore-not-found >&2
kubectl apply --server-side --field-manager=signet-roll-out -f "$objects" >&2
ends() { kubectl -n "$namespace" wait --for=condition="$1" job/signet-admin --timeout="$2" >/dev/null 2>&1; }
waited=0
until ends complete 5s || ends failed 0s; do
  waited=$((waited + 5))
  if [ "$waited" -ge "$patience" ]; then
    echo "The Job signet-admin has not ended; kubectl -n $namespace describe job signet-admin says why." >&2
    exit 69
  fi
done
# The exit code is reported even when the node that had the log is gone.
kubectl -n "$namespace" logs job/signet-admin || echo "The log of the Job signet-admin cannot be had." >&2
code=$(kubectl -n "$namespace" get pods -l job-name=signet-admin -o 'jsonpath={.items[0].status.containerStatuses[0].state.terminated.exitCode}')
exit "${code:-1}"
