export { MicroK8s, type MicroK8sArgs } from "./targets/microk8s";
export type { MicroK8sTarget } from "./targets/target";
