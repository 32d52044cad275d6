import * as pulumi from "@pulumi/pulumi";
import { dotmac } from "./system";

const config = new pulumi.Config();

const { isp, management } = dotmac({
  domain: config.require("domain"),
  email: config.require("email"),
  host: config.require("host"),
  registry: config.require("registry"),
  release: config.require("release"),
});

/** Host names of the services on the host's networks. */
export const hosts = { isp: isp.host, management: management.host };
