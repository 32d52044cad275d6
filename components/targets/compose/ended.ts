import type { Container } from "@pulumi/docker/container";
import * as pulumi from "@pulumi/pulumi";
import { BulwarkError } from "../../core/errors";

/**
 * The one-shot, once it has ended well: what depends on this is not touched when it failed. The Docker provider itself takes a one-shot's failure
 * for a success, and does not run it again by itself: the message says how. It stands in `dependsOn` and not in an input, so that a preview does
 * not show what waits for a one-shot as changed.
 */
export function ended(container: Container, service: string): pulumi.Output<pulumi.Resource> {
  return pulumi.all([container.exitCode, container.urn]).apply(([code, urn]) => {
    if (code === 0) return container;
    throw new BulwarkError(
      "ONE_SHOT_FAILED",
      `${service} ended with exit code ${code}, so nothing that needs it was started. Read its output with \`docker logs\`, mend the cause, and run it again: pulumi up --replace '${urn}'`,
    );
  });
}
