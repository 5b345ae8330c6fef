import { UbusError, ubusStatus } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";
import { describeFailure } from "../uci/status.ts";
import { UciStore } from "../uci/store.ts";
import { optionalText, refuse, text } from "./argument.ts";
import type { Permission } from "./login.ts";
import { type RpcdPaths, sessionSaveDir } from "./paths.ts";
import type { Sessions } from "./session.ts";

/** Who may touch which configuration, and where their saved changes are. A call without a session may do all. */
export class UciAccess {
	readonly sessions: Sessions;
	readonly paths: RpcdPaths;

	constructor(sessions: Sessions, paths: RpcdPaths) {
		this.sessions = sessions;
		this.paths = paths;
	}

	/** The store of the caller, and the configuration the call names. Throws INVALID_ARGUMENT, PERMISSION_DENIED. */
	open(args: BlobTable, permission: Permission): { store: UciStore; config: string } {
		const config = text(args, "config");
		const sid = optionalText(args, "ubus_rpc_session");
		if (sid !== undefined && !this.allows(sid, config, permission)) throw refuse("permissionDenied");
		return { store: this.storeOf(sid), config };
	}

	allows(sid: string, config: string, permission: Permission): boolean {
		return this.sessions.get(sid)?.allows("uci", config, permission) ?? false;
	}

	/** `saveDir` stands in for the caller's own. */
	storeOf(sid: string | undefined, saveDir?: string): UciStore {
		const own = sid === undefined ? this.paths.saveDir : sessionSaveDir(this.paths, sid);
		return new UciStore({
			confDir: this.paths.configDir,
			overrideDir: this.paths.overrideDir,
			saveDir: saveDir ?? own,
			encoding: "utf8",
		});
	}
}

/** Runs a piece of work on configurations; libuci's failures become ubus statuses. */
export function translateFailures<T>(work: () => T): T {
	try {
		return work();
	} catch (error) {
		if (error instanceof UbusError) throw error;
		const { status } = describeFailure(error);
		if (status === "invalid") throw refuse("invalidArgument");
		if (status === "notFound") throw refuse("notFound");
		throw new UbusError(ubusStatus.unknown);
	}
}
