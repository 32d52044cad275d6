import type { Container } from "@pulumi/docker/container";
import * as pulumi from "@pulumi/pulumi";
import { BulwarkError } from "../../core/errors";

/**
 * The text `"0"` once the one-shot has ended well; otherwise the update stops here, before anything that reads this. The Docker provider itself
 * takes a one-shot's failure for a success, and does not run it again by itself: the message says how.
 */
export function ended(container: Container, service: string): pulumi.Output<string> {
  return pulumi.all([container.exitCode, container.urn]).apply(([code, urn]) => {
    if (code === 0) return "0";
    throw new BulwarkError(
      "ONE_SHOT_FAILED",
      `${service} ended with exit code ${code}, so nothing that needs it was started. Read its output with \`docker logs\`, mend the cause, and run it again: pulumi up --replace '${urn}'`,
    );
  });
}
