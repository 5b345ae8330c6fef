// Builds a site, says its name and the pids of its namespaces' first processes, and waits to be killed.
import { setInterval } from "node:timers";
import { Site } from "../site.ts";

const site = await Site.build({ userland: "none" });
console.log(site.name, site.router.namespaces.initPid, site.outsidePid);
setInterval(() => {}, 60_000);
