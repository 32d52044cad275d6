import * as pulumi from "@pulumi/pulumi";
import { type Settings, smartOffice } from "./system";

const config = new pulumi.Config();

const { auth, db, recordings } = smartOffice({
  domain: config.require("domain"),
  region: config.require("region"),
  account: config.require("account"),
  certificate: config.require("certificate"),
  release: config.require("release"),
  secondRegion: config.require("secondRegion"),
  pagerDutyKey: config.requireSecret("pagerDutyKey"),
  mail: config.requireObject<Settings["mail"]>("mail"),
  heartbeatUrl: config.requireSecret("heartbeatUrl"),
});

/** Addresses inside the VPC. */
export const hosts = { auth: auth.host, database: db.writer.host };
/** Where the recordings lie. */
export const bucket = recordings.bucketName;
