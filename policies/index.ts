import { PolicyPack } from "@pulumi/policy";
import { packOfStack } from "./crossguard";

new PolicyPack("bulwark", packOfStack());
