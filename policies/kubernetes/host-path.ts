/** Sockets of container runtimes, MicroK8s' own included. */
export function runtimeSocket(path: string): boolean {
  return (
    /(^|\/)(docker|containerd|podman|crio|dockershim)\.sock$/.test(path) ||
    /^\/var\/snap\/microk8s\/.*containerd/.test(path)
  );
}
