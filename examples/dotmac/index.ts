import * as pulumi from "@pulumi/pulumi";
import type { ExternalStore } from "bulwark";
import { dotmac } from "./system";

const config = new pulumi.Config();

const { isp, management } = dotmac({
  domain: config.require("domain"),
  email: config.require("email"),
  host: config.require("host"),
  registry: config.require("registry"),
  release: config.require("release"),
  backups: {
    ...config.requireObject<Omit<ExternalStore, "secretKey">>("backups"),
    secretKey: config.requireSecret("backupsSecretKey"),
  },
  passphrase: config.requireSecret("backupPassphrase"),
  alerts: {
    slack: config.requireSecret("slackUrl"),
    onCall: config.requireSecret("onCallUrl"),
    second: config.requireSecret("secondUrl"),
    heartbeat: config.requireSecret("heartbeatUrl"),
  },
});

/** Host names of the services on the host's networks. */
export const hosts = { isp: isp.host, management: management.host };
