import { referenceOf } from "../compose/images";
import type { MicroK8sTarget, OwnImage } from "../target";

/** One of Bulwark's own images, as the cluster pulls it: its tag is a hash of what it is built from. */
export function ownImage(target: MicroK8sTarget, name: OwnImage): string {
  return `${target.imageRepository}/${referenceOf(name).replace(/^localhost\//, "")}`;
}
