import * as pulumi from "@pulumi/pulumi";
import type { ExternalStore, Size } from "bulwark";
import { personapass, type Settings } from "./system";

const config = new pulumi.Config();

const { api, web, chain } = personapass({
  domain: config.require("domain"),
  email: config.require("email"),
  images: config.requireObject<Settings["images"]>("images"),
  jwtSecret: config.requireSecret("jwtSecret"),
  cpus: config.requireNumber("cpus"),
  memory: config.require("memory") as Size,
  backups: {
    ...config.requireObject<Omit<ExternalStore, "secretKey">>("backups"),
    secretKey: config.requireSecret("backupsSecretKey"),
  },
  passphrase: config.requireSecret("backupPassphrase"),
});

/** Host names of the services inside the cluster. */
export const hosts = { api: api.host, web: web.host, chain: chain.host };
