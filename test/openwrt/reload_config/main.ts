// reload_config: tells procd which packages of /etc/config differ from the last call; the first call only takes note.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UbusConnection } from "ubus-js/bus";
import { parsePackage } from "uci-parser/parse";
import { showPackage } from "uci-parser/show";
import { connectUnix } from "../node-transport.ts";

const configDirectory = "/etc/config";
/** "<md5 of uci show>  <package>" a line */
const noteFile = "/var/run/config.md5";

function readDigests(): Map<string, string> {
	const digests = new Map<string, string>();
	for (const name of readdirSync(configDirectory)) {
		try {
			const shown = showPackage(parsePackage(name, readFileSync(join(configDirectory, name), "utf8")));
			digests.set(name, createHash("md5").update(shown).digest("hex"));
		} catch {
			// What uci cannot show changes nothing.
		}
	}
	return digests;
}

function readNote(): Map<string, string> {
	const lines = readFileSync(noteFile, "utf8").trim().split("\n");
	return new Map(lines.map((line) => [line.slice(34), line.slice(0, 32)]));
}

const now = readDigests();
const known = existsSync(noteFile) ? readNote() : null;
const changed = known ? [...now.keys()].filter((name) => now.get(name) !== known.get(name)) : [];
if (changed.length > 0) {
	const bus = new UbusConnection(connectUnix());
	bus.start();
	for (const name of changed)
		await bus.call("service", "event", { type: "config.change", data: { package: name } });
	bus.close();
}
writeFileSync(noteFile, [...now].map(([name, digest]) => `${digest}  ${name}\n`).join(""));
