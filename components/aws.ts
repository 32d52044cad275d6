export { AwsRegion, type AwsRegionArgs } from "./targets/aws-region";
export type { AwsTarget } from "./targets/target";
