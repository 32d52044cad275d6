import type { Chapter } from "./chapter";
import { BUCKET, VPC } from "./network-chapters";
import { SERVICE } from "./service-chapter";
import { CACHE, POSTGRES } from "./store-chapters";
import { BACKUPS, MONITORING, ROUTES } from "./watching-chapters";

/** All components, in the order of docs/support.md. */
export const CHAPTERS: readonly Chapter[] = [VPC, POSTGRES, CACHE, BUCKET, SERVICE, MONITORING, BACKUPS, ROUTES];
