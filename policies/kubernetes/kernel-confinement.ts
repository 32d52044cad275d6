import { EVERYWHERE, rule } from "../rule";
import type { View } from "../view";
import { deployment, guarded } from "./examples";
import { eachContainer, eachPod, WORKLOADS } from "./workloads";

const SAFE_SYSCTLS = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.ping_group_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
];
const SELINUX_TYPES = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

/** The kernel's other walls stay up: AppArmor, SELinux, the masked /proc, and sysctls of the node. */
export const kernelConfinement = rule({
  id: "k8s-kernel-confinement",
  title: "AppArmor, SELinux, /proc and sysctls keep their defaults",
  severity: "medium",
  level: EVERYWHERE,
  types: WORKLOADS,
  remedy: "Remove the setting.",
  references: [
    "PSS-B AppArmor",
    "PSS-B SELinux",
    "PSS-B /proc mount type",
    "PSS-B sysctls",
    "KL unsafe-proc-mount",
    "KL unsafe-sysctls",
  ],
  check(resource, guard) {
    const confine = (context: View) => {
      const appArmor = context.at("appArmorProfile", "type");
      guard.check(() => appArmor.text() === "Unconfined" && `${appArmor.path} is Unconfined`);
      for (const key of ["user", "role"]) {
        const option = context.at("seLinuxOptions", key);
        guard.check(() => option.present() && `${option.path} is set`);
      }
      const type = context.at("seLinuxOptions", "type");
      guard.check(() => !SELINUX_TYPES.includes(type.text() ?? "") && `${type.path} is not a type for containers`);
    };
    eachPod(resource, guard, (pod, object) => {
      confine(pod.at("securityContext"));
      guard.each(
        pod.at("securityContext", "sysctls"),
        (each) => !SAFE_SYSCTLS.includes(each.at("name").text() ?? "") && `${each.path} is not safe`,
      );
      for (const metadata of [object.at("metadata"), object.at("spec", "template", "metadata")]) {
        guard.eachEntry(
          metadata.at("annotations"),
          (key, value) =>
            key.startsWith("container.apparmor.security.beta.kubernetes.io/") &&
            value.text() === "unconfined" &&
            `${value.path} is unconfined`,
        );
      }
      return undefined;
    });
    eachContainer(resource, guard, (container) => {
      confine(container.at("securityContext"));
      const mount = container.at("securityContext", "procMount");
      return !["", "Default"].includes(mount.text() ?? "") && `${mount.path} is not Default`;
    });
  },
  examples: {
    compliant: [deployment()],
    violating: [
      deployment({}, guarded({ appArmorProfile: { type: "Unconfined" } })),
      deployment({}, guarded({ seLinuxOptions: { role: "sysadm_r" } })),
      deployment({}, guarded({ procMount: "Unmasked" })),
      deployment({
        securityContext: {
          runAsNonRoot: true,
          seccompProfile: { type: "RuntimeDefault" },
          sysctls: [{ name: "kernel.msgmax", value: "1" }],
        },
      }),
    ],
  },
});
