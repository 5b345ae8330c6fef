import { copyFileSync, existsSync, mkdirSync, readdirSync, rmdirSync, statSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import type { UbusConnection, UbusMethod } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";
import { isTrue, optionalNumber, refuse, text } from "./argument.ts";
import { sessionSaveDir } from "./paths.ts";
import type { UciAccess } from "./uci-access.ts";

const DEFAULT_TIMEOUT_S = 60;
const ANNOUNCE_TIMEOUT_MS = 1000;
const SID = { ubus_rpc_session: "string" } as const;

/**
 * `uci.apply` with its rollback (rpcd uci.c): the files of a session's changes are copied away, the changes
 * committed, and the files copied back unless the session confirms in time. The traps are rpcd's own: an apply
 * without rollback wipes the copies of a pending one, and a SIGHUP forgets the timer.
 */
export class Apply {
	/** The session that has to confirm. */
	pendingSid: string | null = null;
	private timer: NodeJS.Timeout | undefined;
	private readonly access: UciAccess;
	private readonly bus: Pick<UbusConnection, "call">;
	private readonly filesDir: string;
	private readonly deltaDir: string;

	constructor(access: UciAccess, bus: Pick<UbusConnection, "call">) {
		this.access = access;
		this.bus = bus;
		this.filesDir = `${access.paths.runDir}/snapshot-files`;
		this.deltaDir = `${access.paths.runDir}/snapshot-delta`;
	}

	readonly methods: { [name: string]: UbusMethod } = {
		apply: { args: { rollback: "bool", timeout: "int32", ...SID }, call: (args) => this.apply(args) },
		confirm: { args: SID, call: (args) => this.confirm(args) },
		rollback: { args: SID, call: (args) => this.rollbackNow(args) },
	};

	refuseWhilePending(): void {
		if (this.pendingSid !== null) throw refuse("permissionDenied");
	}

	/** Tells procd that a configuration changed; rpcd does not mind whether anybody listens. */
	async announce(config: string): Promise<void> {
		const event = { type: "config.change", data: { package: config } };
		await this.bus.call("service", "event", event, { timeoutMs: ANNOUNCE_TIMEOUT_MS }).catch(() => {});
	}

	/** What a restart of rpcd forgets; the copies stay where they are. */
	forget(): void {
		clearTimeout(this.timer);
		this.pendingSid = null;
	}

	private async apply(args: BlobTable): Promise<void> {
		const wantsRollback = isTrue(args, "rollback");
		if (wantsRollback) this.refuseWhilePending();
		const sid = text(args, "ubus_rpc_session");
		const timeoutS = optionalNumber(args, "timeout") ?? DEFAULT_TIMEOUT_S;
		this.wipeSnapshot();
		if (this.pendingSid !== null) return;
		mkdirSync(this.filesDir, { recursive: true, mode: 0o700 });
		mkdirSync(this.deltaDir, { recursive: true, mode: 0o700 });
		const saveDir = sessionSaveDir(this.access.paths, sid);
		const configs = this.writableConfigs(sid, saveDir);
		if (wantsRollback) this.pendingSid = sid;
		for (const config of configs) {
			copyIfThere(join(this.access.paths.configDir, config), join(this.filesDir, config));
			copyIfThere(join(saveDir, config), join(this.deltaDir, config));
			await this.commit(config, sid);
		}
		if (wantsRollback) this.timer = setTimeout(() => void this.restore(), timeoutS * 1000);
	}

	private confirm(args: BlobTable): void {
		const sid = text(args, "ubus_rpc_session");
		this.refuseUnlessPendingFor(sid);
		this.wipeSnapshot();
		this.forget();
	}

	private async rollbackNow(args: BlobTable): Promise<void> {
		if (this.pendingSid === null) throw refuse("noData");
		this.refuseUnlessPendingFor(text(args, "ubus_rpc_session"));
		await this.restore();
	}

	private refuseUnlessPendingFor(sid: string): void {
		if (this.pendingSid === null) throw refuse("noData");
		if (this.pendingSid !== sid) throw refuse("permissionDenied");
	}

	/** Brings back the files, and the session's saved changes if it still lives. */
	private async restore(): Promise<void> {
		const sid = this.pendingSid;
		const saveDir = sid !== null && this.mayStillWrite(sid) ? sessionSaveDir(this.access.paths, sid) : null;
		if (saveDir !== null) mkdirSync(saveDir, { recursive: true, mode: 0o700 });
		for (const config of filesOf(this.filesDir)) {
			copyIfThere(join(this.filesDir, config), join(this.access.paths.configDir, config));
			await this.announce(config);
			if (saveDir !== null) copyIfThere(join(this.deltaDir, config), join(saveDir, config));
		}
		this.wipeSnapshot();
		this.forget();
	}

	private async commit(config: string, sid: string): Promise<void> {
		try {
			this.access.storeOf(sid).commit(config);
		} catch {
			// A file that cannot be read keeps its changes pending; rpcd announces it all the same.
		}
		await this.announce(config);
	}

	/** Throws NO_DATA when there is nothing to apply, PERMISSION_DENIED. */
	private writableConfigs(sid: string, dir: string): string[] {
		const configs = filesOf(dir).filter((config) => statSync(join(dir, config)).size > 0);
		if (configs.length === 0) throw refuse("noData");
		if (!configs.every((config) => this.access.allows(sid, config, "write")))
			throw refuse("permissionDenied");
		return configs;
	}

	private mayStillWrite(sid: string): boolean {
		const configs = filesOf(this.filesDir);
		return configs.length > 0 && configs.every((config) => this.access.allows(sid, config, "write"));
	}

	private wipeSnapshot(): void {
		removeFlatDirectory(this.filesDir);
		removeFlatDirectory(this.deltaDir);
	}
}

/** Removes a directory and the plain files in it. */
export function removeFlatDirectory(dir: string): void {
	if (!existsSync(dir)) return;
	for (const name of readdirSync(dir)) if (statSync(join(dir, name)).isFile()) unlinkSync(join(dir, name));
	if (readdirSync(dir).length === 0) rmdirSync(dir);
}

function filesOf(dir: string): string[] {
	if (!existsSync(dir)) return [];
	return readdirSync(dir)
		.filter((name) => !name.startsWith("."))
		.sort();
}

function copyIfThere(from: string, to: string): void {
	if (existsSync(from)) copyFileSync(from, to);
}
