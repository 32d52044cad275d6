/** Options by which kubectl asks the cluster of a Kubernetes provider and no other; undefined where its properties do not tell which that is. */
export function clusterOf(provider: Readonly<Record<string, unknown>>): readonly string[] | undefined {
  const { context, kubeconfig } = provider;
  if (typeof context !== "string") return undefined;
  // Content of a kubeconfig is no path, and a secret one is not shown.
  const file = typeof kubeconfig === "string" && /^[^\n[]+$/.test(kubeconfig) ? ["--kubeconfig", kubeconfig] : [];
  return [...file, "--context", context];
}
