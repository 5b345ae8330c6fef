import { randomBytes } from "node:crypto";
import type { BlobTable } from "ubus-js/codec";
import { type Grant, readGrants } from "./acl.ts";
import { fnmatch } from "./fnmatch.ts";
import { findLogin } from "./login.ts";
import type { RpcdPaths } from "./paths.ts";

export const NULL_SESSION = "0".repeat(32);
export const DEFAULT_TIMEOUT_S = 300;
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** A login and its rights. Every look at it starts its time anew; a timeout of 0 never ends it. */
export class Session {
	readonly id: string;
	readonly timeoutS: number;
	readonly data: BlobTable = {};
	grants: Grant[] = [];
	private expiresMs = 0;
	private timer: NodeJS.Timeout | undefined;
	private readonly onExpired: () => void;

	constructor(id: string, timeoutS: number, onExpired: () => void) {
		this.id = id;
		this.timeoutS = timeoutS;
		this.onExpired = onExpired;
		this.touch();
	}

	touch(): void {
		if (this.timeoutS <= 0) return;
		clearTimeout(this.timer);
		const timeoutMs = Math.min(this.timeoutS * 1000, LONGEST_TIMEOUT_MS);
		this.expiresMs = performance.now() + timeoutMs;
		this.timer = setTimeout(this.onExpired, timeoutMs);
	}

	end(): void {
		clearTimeout(this.timer);
	}

	grant(grant: Grant): void {
		const isKnown = this.grants.some((known) => sameGrant(known, grant));
		if (!isKnown) this.grants.push(grant);
	}

	/** Takes one right back, or a whole scope. */
	revoke(scope: string, grant?: Grant): void {
		this.grants = this.grants.filter((known) => (grant ? !sameGrant(known, grant) : known.scope !== scope));
	}

	allows(scope: string, object: string, name: string): boolean {
		return this.grants.some(
			(grant) => grant.scope === scope && fnmatch(grant.object, object) && fnmatch(grant.function, name),
		);
	}

	dumpAcls(): BlobTable {
		const scopes: { [scope: string]: { [object: string]: string[] } } = {};
		const byText = (a: Grant, b: Grant) => compare(a.scope, b.scope) || compare(a.object, b.object);
		for (const { scope, object, function: name } of [...this.grants].sort(byText)) {
			scopes[scope] ??= {};
			const objects = scopes[scope];
			objects[object] ??= [];
			objects[object].push(name);
		}
		return scopes;
	}

	dump(): BlobTable {
		const leftMs = this.timeoutS > 0 ? Math.max(0, this.expiresMs - performance.now()) : 0;
		return {
			ubus_rpc_session: this.id,
			timeout: this.timeoutS,
			expires: Math.floor(leftMs / 1000),
			acls: this.dumpAcls(),
			data: this.data,
		};
	}
}

/** All sessions, the one of everybody (null session) among them. */
export class Sessions {
	private readonly byId = new Map<string, Session>();
	private readonly paths: RpcdPaths;
	private readonly onDestroyed: (sid: string) => void;

	constructor(paths: RpcdPaths, onDestroyed: (sid: string) => void) {
		this.paths = paths;
		this.onDestroyed = onDestroyed;
		const everybody = new Session(NULL_SESSION, 0, () => {});
		this.byId.set(NULL_SESSION, everybody);
		this.setUpAcls(everybody);
	}

	create(timeoutS: number): Session {
		const id = randomBytes(16).toString("hex");
		const session = new Session(id, timeoutS, () => this.destroy(session));
		this.byId.set(id, session);
		return session;
	}

	get(id: string): Session | undefined {
		const session = this.byId.get(id);
		session?.touch();
		return session;
	}

	/** A session for a user who gave the right password, else undefined. `reclaim` is used again if it is theirs. */
	login(username: string, password: string, timeoutS: number, reclaim: string | null): Session | undefined {
		const login = findLogin(this.paths, username, password);
		if (!login) return undefined;
		const old = reclaim === null ? undefined : this.get(reclaim);
		const session = old?.data.username === username ? old : this.create(timeoutS);
		for (const grant of readGrants(this.paths.aclDir, login)) session.grant(grant);
		session.data.username = username;
		return session;
	}

	destroy(session: Session): void {
		session.end();
		this.byId.delete(session.id);
		this.onDestroyed(session.id);
	}

	/** Rights anew from acl.d, as a SIGHUP gives them; what was granted by a call is forgotten. */
	reloadAcls(): void {
		for (const session of this.byId.values()) {
			session.grants = [];
			this.setUpAcls(session);
		}
	}

	endAll(): void {
		for (const session of this.byId.values()) session.end();
	}

	private setUpAcls(session: Session): void {
		const { username } = session.data;
		const login = typeof username === "string" ? findLogin(this.paths, username) : undefined;
		if (!login && session.id !== NULL_SESSION) return;
		for (const grant of readGrants(this.paths.aclDir, login)) session.grant(grant);
	}
}

function sameGrant(a: Grant, b: Grant): boolean {
	return a.scope === b.scope && a.object === b.object && a.function === b.function;
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
