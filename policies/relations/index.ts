import type { Rule } from "../rule";
import { backupOffsiteLocked } from "./backup-offsite-locked";
import { componentHasAlert } from "./component-has-alert";
import { dataClassTags } from "./data-class-tags";
import { dbHasAlert } from "./db-has-alert";
import { dbHasBackup } from "./db-has-backup";
import { changeWindow, exemptionValid } from "./elsewhere";
import { logSink } from "./log-sink";
import { loginRequired } from "./login-required";
import { noOpaqueCommand } from "./no-opaque-command";
import { noOpaqueHelm } from "./no-opaque-helm";
import { noOpaqueText } from "./no-opaque-text";
import { nsHasDefaultDeny } from "./ns-has-default-deny";
import { passwordLength } from "./password-length";
import { productionMode } from "./production-mode";
import { publicEndpointTls } from "./public-endpoint-tls";
import { statefulProtected } from "./stateful-protected";
import { storeInPrivateSubnet } from "./store-in-private-subnet";
import { storeNotInternetReachable } from "./store-not-internet-reachable";
import { tenantIsolation } from "./tenant-isolation";

/** Rules about how resources belong together, on any target, in the order of the documentation. */
export const RELATION_RULES: readonly Rule[] = [
  dbHasBackup,
  dbHasAlert,
  componentHasAlert,
  backupOffsiteLocked,
  publicEndpointTls,
  storeNotInternetReachable,
  storeInPrivateSubnet,
  nsHasDefaultDeny,
  statefulProtected,
  logSink,
  dataClassTags,
  noOpaqueHelm,
  noOpaqueCommand,
  noOpaqueText,
  tenantIsolation,
  loginRequired,
  productionMode,
  passwordLength,
  exemptionValid,
  changeWindow,
];
