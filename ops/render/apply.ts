import type { ManifestFile, RenderedObject } from "./kubernetes";

/**
 * The script that applies manifests: secrets first, then wave by wave. A service is only applied when the jobs that it needs (roles and
 * databases, keys of a bucket, its migration) have ended well, so the old version runs on when one fails.
 */
export function applyScript(files: readonly ManifestFile[], secrets: readonly RenderedObject[]): string {
  const waves = [...new Set(files.map((file) => file.wave))].sort((a, b) => a - b);
  const namespaces = files.flatMap((file) => file.objects.filter((each) => each.kind === "Namespace"));
  const components = [...new Set(secrets.map((each) => each.component))].sort();
  const [first] = files.filter((file) => file.objects.some((each) => each.kind === "Namespace"));
  return [
    HEAD,
    ...(first === undefined || namespaces.length === 0 ? [] : [`apply ${first.path}`]),
    ...components.map((component) => {
      const names = secrets
        .filter((each) => each.component === component)
        .map((each) => `${each.namespace}/${each.name}`);
      return `secrets secrets/manifests/${component}.yaml ${names.sort().join(" ")}`;
    }),
    ...waves.flatMap((wave) => {
      const own = files.filter((file) => file.wave === wave);
      const objects = own.flatMap((file) => file.objects);
      return [
        "",
        `say "wave ${wave + 1} of ${waves.length}"`,
        ...own.map((file) => `apply ${file.path}`),
        ...objects
          .filter((each) => each.awaited && ["StatefulSet", "Deployment", "DaemonSet"].includes(each.kind))
          .map((each) => `serves ${each.namespace} ${each.kind.toLowerCase()}/${each.name}`),
        ...objects.filter((each) => each.kind === "Job").map((each) => `done_well ${each.namespace} ${each.name}`),
      ];
    }),
    'say "done"',
    "",
  ].join("\n");
}

const HEAD = `#!/bin/sh
# Applies these manifests, or a newly rendered version of them, in the order in which they need each other. Run it as often as you like.
# It goes to the current context of kubectl, or to the one in CONTEXT.
set -eu
cd "$(dirname "$0")"

say() { printf '%s\\n' "$*" >&2; }
fail() { say "update.sh: $*"; exit 1; }
kube() { kubectl \${CONTEXT:+--context "$CONTEXT"} "$@"; }
apply() { kube apply --server-side --force-conflicts --field-manager=bulwark -f "$1" >/dev/null || fail "$1 was refused; nothing after it was applied"; }

# secrets FILE NAMESPACE/NAME...: applies a file of secrets, or makes sure that they are in the cluster already.
secrets() {
  file=$1
  shift
  if [ -r "$file" ]; then apply "$file"; return; fi
  for each; do
    kube -n "\${each%/*}" get secret "\${each#*/}" >/dev/null 2>&1 ||
      fail "$file is missing, and so is the secret $each. Render again with --secrets generate, or --secrets FILE."
  done
}

# serves NAMESPACE WORKLOAD: waits until the new pods are ready.
serves() { kube -n "$1" rollout status "$2" --timeout=15m || fail "$2 is not ready; nothing after it was applied"; }

# done_well NAMESPACE JOB: waits until a job has ended well.
done_well() {
  kube -n "$1" wait --for=condition=complete --timeout=30m "job/$2" >/dev/null && return 0
  kube -n "$1" logs "job/$2" --tail=50 >&2 || :
  fail "$2 did not end well; nothing after it was applied"
}
`;
