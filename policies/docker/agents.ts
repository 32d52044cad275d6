import type { Subject } from "../join";
import type { View } from "../view";
import { capability } from "./container";

/**
 * Whether a container is a collector of the list, `name` or `name:/path of the host`, that reads this path, and is so locked down that reading
 * is all it can do: no writable root, no capability, no published port, nothing of the host shared.
 */
export function reads(agents: readonly string[], resource: Subject, source: string, mount: View): boolean {
  const listed = agents.includes(resource.name) || agents.includes(`${resource.name}:${source}`);
  return listed && mount.at("readOnly").flag() === true && lockedDown(resource);
}

/** Whether a container has nothing besides its mounts and networks. */
export function lockedDown(resource: Subject): boolean {
  const drops = resource.at("capabilities", "drops").list();
  const options = resource.at("securityOpts").list();
  return (
    resource.at("readOnly").flag() === true &&
    resource.at("privileged").flag() !== true &&
    drops.some((each) => capability(each.text() ?? "") === "ALL") &&
    resource.at("capabilities", "adds").list().length === 0 &&
    options.some((each) => /^no-new-privileges([:=]true)?$/.test(each.text() ?? "")) &&
    resource.at("ports").list().length === 0 &&
    ["networkMode", "pidMode", "ipcMode", "usernsMode"].every((mode) => resource.at(mode).text() !== "host")
  );
}
