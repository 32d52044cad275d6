/** A size of task that Fargate sells. */
export interface FargateSize {
  /** CPU units; 1024 are one CPU. */
  readonly cpu: number;
  /** In MiB. */
  readonly memory: number;
}

/** Memory in MiB for each number of CPU units: smallest, largest and step. */
const MEMORY = [
  { cpu: 256, least: 512, most: 2048, step: 512 },
  { cpu: 512, least: 1024, most: 4096, step: 1024 },
  { cpu: 1024, least: 2048, most: 8192, step: 1024 },
  { cpu: 2048, least: 4096, most: 16_384, step: 1024 },
  { cpu: 4096, least: 8192, most: 30_720, step: 1024 },
  { cpu: 8192, least: 16_384, most: 61_440, step: 4096 },
  { cpu: 16_384, least: 32_768, most: 122_880, step: 8192 },
] as const;

/** The smallest size with at least so many CPUs and so much memory in MiB; `undefined` when there is none. */
export function fargateSize(cpus: number, memory: number): FargateSize | undefined {
  for (const size of MEMORY) {
    if (size.cpu < cpus * 1024 || size.most < memory) continue;
    // 256 units go with 512, 1024 and 2048 MiB: 1536 is the one step that is not sold.
    const wanted = Math.max(size.least, Math.ceil(memory / size.step) * size.step);
    return { cpu: size.cpu, memory: size.cpu === 256 && wanted === 1536 ? 2048 : wanted };
  }
  return undefined;
}

/** A repository of Amazon ECR, as a reference names it. */
const ECR = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\/([^:@]+)/;

/** ARN of the repository that an image lies in; `undefined` when it is not in Amazon ECR. */
export function repositoryArn(image: string): string | undefined {
  const match = ECR.exec(image);
  return match === null ? undefined : `arn:aws:ecr:${match[2]}:${match[1]}:repository/${match[3]}`;
}
