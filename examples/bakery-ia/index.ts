import * as pulumi from "@pulumi/pulumi";
import type { ExternalStore, Size } from "bulwark";
import type { Layout, Tenants } from "./sizes";
import { bakery } from "./system";

const config = new pulumi.Config();

const made = bakery({
  domain: config.require("domain"),
  email: config.require("email"),
  registry: config.require("registry"),
  digest: config.require("digest"),
  tenants: config.requireNumber("tenants") as Tenants,
  databases: config.require<Layout>("databases"),
  cpus: config.requireNumber("cpus"),
  memory: config.require("memory") as Size,
  backups: {
    ...config.requireObject<Omit<ExternalStore, "secretKey">>("backups"),
    secretKey: config.requireSecret("backupsSecretKey"),
  },
  passphrase: config.requireSecret("backupPassphrase"),
});

/** Host names of the services inside the cluster. */
export const hosts = Object.fromEntries([...made.services].map(([name, service]) => [name, service.host]));
