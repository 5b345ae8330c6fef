import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { UbusConnection } from "ubus-js/bus";
import { Apply, removeFlatDirectory } from "./apply.ts";
import { fileMethods } from "./file-object.ts";
import { type RpcdPaths, sessionSaveDir } from "./paths.ts";
import { Sessions } from "./session.ts";
import { sessionMethods } from "./session-object.ts";
import { UciAccess } from "./uci-access.ts";
import { uciMethods } from "./uci-object.ts";

export interface Rpcd {
	/** What SIGHUP does: sessions and their changes stay, rights are read anew, a pending rollback is forgotten. */
	hangUp(): void;
	stop(): void;
}

/** Puts rpcd's objects `session`, `uci` and `file` on the bus. Changes that sessions of an earlier run left go. */
export function startRpcd(bus: UbusConnection, paths: RpcdPaths): Rpcd {
	mkdirSync(paths.runDir, { recursive: true, mode: 0o700 });
	purgeSaveDirs(paths.runDir);
	const sessions = new Sessions(paths, (sid) => removeFlatDirectory(sessionSaveDir(paths, sid)));
	const access = new UciAccess(sessions, paths);
	const apply = new Apply(access, bus);
	bus.publish(
		"session",
		sessionMethods(sessions, () => apply.pendingSid),
	);
	bus.publish("uci", { ...uciMethods(access, apply), ...apply.methods });
	bus.publish("file", fileMethods(sessions));
	return {
		hangUp() {
			apply.forget();
			sessions.reloadAcls();
		},
		stop() {
			apply.forget();
			sessions.endAll();
			bus.close();
		},
	};
}

function purgeSaveDirs(runDir: string): void {
	if (!existsSync(runDir)) return;
	const names = readdirSync(runDir).filter((name) => name.startsWith("uci-"));
	for (const name of names) removeFlatDirectory(join(runDir, name));
}
