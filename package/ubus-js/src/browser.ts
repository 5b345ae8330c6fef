// ubus from a browser: a session with rpcd, calls through uhttpd's JSON-RPC, and long polling.
import { LongPoll, type PollOptions } from "./long-poll.ts";
import { RpcChannel, type RpcPlatform, type RpcTable } from "./rpc-channel.ts";
import { RpcError } from "./rpc-error.ts";
import { permissionDenied } from "./status.ts";

export type { PollOptions } from "./long-poll.ts";
export type { RpcPlatform, RpcTable, RpcValue } from "./rpc-channel.ts";
// biome-ignore lint/performance/noBarrelFile: users of a session catch its errors; internal modules throw them.
export { RpcError, type RpcFailure } from "./rpc-error.ts";

/** Who is not signed in acts in this session, as uhttpd and rpcd have it. */
export const nullSession = "0".repeat(32);

export interface SessionOptions {
	/** Default "/ubus". */
	url?: string;
	/** A session somebody else opened, LuCI for example. */
	sid?: string;
	/** For a call, default 10 000. */
	timeoutMs?: number;
	/** The session has ended: somebody has to log in. Told once per session. */
	onLost?: () => void;
}

/** rpcd's default; sliding, every call through uhttpd renews it. */
const defaultSessionMs = 300_000;

/** One user's session. Every method rejects with RpcError. */
export class UbusSession<Signal = unknown> {
	readonly #channel: RpcChannel<Signal>;
	readonly #options: SessionOptions;
	readonly #polls = new Set<LongPoll>();
	#sid: string;
	#sessionMs = defaultSessionMs;
	#renewal: ReturnType<typeof setTimeout> | null = null;
	#probe: { sid: string; alive: Promise<boolean> } | null = null;
	#paused = false;

	constructor(platform: RpcPlatform<Signal>, options: SessionOptions = {}) {
		this.#channel = new RpcChannel(platform, options.url ?? "/ubus");
		this.#options = options;
		this.#sid = options.sid ?? nullSession;
		this.#renewLater();
	}

	/** 32 hexadecimal digits; zeros when nobody is signed in. */
	get sid(): string {
		return this.#sid;
	}

	get signedIn(): boolean {
		return this.#sid !== nullSession;
	}

	/** Resolves false when user or password are wrong. `timeoutS`: how long the session lives unused, default 300. */
	async login(username: string, password: string, timeoutS = defaultSessionMs / 1000): Promise<boolean> {
		const args = { username, password, timeout: timeoutS };
		try {
			const { answer } = this.#channel.callAlone(this.#request(nullSession, "session", "login", args));
			const { ubus_rpc_session: sid, timeout } = await answer;
			if (typeof sid !== "string")
				throw new RpcError("down", "ubus call session login: no session in the answer");
			this.#enter(sid, typeof timeout === "number" && timeout > 0 ? timeout * 1000 : timeoutS * 1000);
			return true;
		} catch (error) {
			if (error instanceof RpcError && error.kind === "status" && error.code === permissionDenied)
				return false;
			throw error;
		}
	}

	/** Ends the session at the router; it is forgotten here also when that fails. */
	async logout(): Promise<void> {
		const sid = this.#sid;
		this.#leave();
		if (sid !== nullSession) await this.#channel.call(this.#request(sid, "session", "destroy", {}));
	}

	/** Calls a method; calls of the same micro-task share one POST and run one after the other. {} without an answer. */
	async call(
		object: string,
		method: string,
		args: RpcTable = {},
		options: { timeoutMs?: number } = {},
	): Promise<RpcTable> {
		const sid = this.#sid;
		try {
			return await this.#channel.call(this.#request(sid, object, method, args, options.timeoutMs));
		} catch (error) {
			throw await this.#explain(error, sid);
		}
	}

	/** Whether the session may do something: session.access, for a UCI configuration say ("uci", "network", "write"). */
	async access(scope: string, object: string, method: string): Promise<boolean> {
		const { access } = await this.call("session", "access", { scope, object, function: method });
		return access === true;
	}

	/**
	 * Calls a method that holds its answer back until there is something newer than `since` (null at first), again and
	 * again, with a deadline of its own, until close(). Stops while paused.
	 */
	poll(
		object: string,
		method: string,
		argsOf: (since: number | null) => RpcTable,
		options: PollOptions,
	): { close(): void } {
		const send = (args: RpcTable, timeoutMs: number) => {
			const sid = this.#sid;
			const { answer, abort } = this.#channel.callAlone(this.#request(sid, object, method, args, timeoutMs));
			return {
				answer: answer.then(
					(data) => {
						// rpcd counts anew with every call: while somebody looks, nothing else has to keep the session.
						if (sid === this.#sid) this.#renewLater();
						return data;
					},
					async (error) => Promise.reject(await this.#explain(error, sid)),
				),
				abort,
			};
		};
		const poll = new LongPoll(send, argsOf, options);
		this.#polls.add(poll);
		if (!this.#paused) poll.start();
		return {
			close: () => {
				this.#polls.delete(poll);
				poll.stop();
			},
		};
	}

	/** Gives up the held calls while nobody looks: a browser opens six connections to a host, other tabs need them. */
	pause(): void {
		this.#paused = true;
		for (const poll of this.#polls) poll.stop();
	}

	/** Polls again, at once; also to try again now, when the network came back say. */
	resume(): void {
		this.#paused = false;
		for (const poll of this.#polls) poll.start();
	}

	/** Ends polls and renewal here; the session lives on at the router. */
	close(): void {
		for (const poll of this.#polls) poll.stop();
		this.#polls.clear();
		if (this.#renewal !== null) clearTimeout(this.#renewal);
		this.#renewal = null;
	}

	#request(
		sid: string,
		object: string,
		method: string,
		args: RpcTable,
		timeoutMs = this.#options.timeoutMs ?? 10_000,
	) {
		return { sid, object, method, args, timeoutMs };
	}

	#enter(sid: string, sessionMs: number): void {
		this.#sid = sid;
		this.#sessionMs = sessionMs;
		this.#renewLater();
		if (!this.#paused) for (const poll of this.#polls) poll.start();
	}

	#leave(): void {
		this.#sid = nullSession;
		if (this.#renewal !== null) clearTimeout(this.#renewal);
		this.#renewal = null;
	}

	/** A panel that is only looked at, or hidden, would lose its session between two calls. */
	#renewLater(): void {
		if (this.#renewal !== null) clearTimeout(this.#renewal);
		this.#renewal = null;
		if (!this.signedIn) return;
		this.#renewal = setTimeout(() => {
			this.#alive(this.#sid).catch(() => {});
			this.#renewLater();
		}, this.#sessionMs / 3);
	}

	/**
	 * uhttpd answers an ended session and a missing right alike. session.access tells them apart, so the ACL of a panel
	 * has to grant it: rpcd gives its "unauthenticated" group only to logins that may read everything.
	 */
	async #explain(error: unknown, sid: string): Promise<unknown> {
		if (!(error instanceof RpcError) || (error.kind !== "denied" && error.kind !== "session")) return error;
		if (sid !== this.#sid && this.signedIn)
			return new RpcError("stopped", `${error.message} (in an earlier session)`);
		const alive = await this.#alive(sid).catch(() => true);
		return alive ? error : new RpcError("session", `${error.message} (the session has ended)`, error.code);
	}

	/** Rejects when the router does not answer. */
	#alive(sid: string): Promise<boolean> {
		if (sid === nullSession || sid !== this.#sid) return Promise.resolve(false);
		if (this.#probe?.sid === sid) return this.#probe.alive;
		const probe = { sid, alive: this.#ask(sid) };
		this.#probe = probe;
		return probe.alive.finally(() => {
			if (this.#probe === probe) this.#probe = null;
		});
	}

	async #ask(sid: string): Promise<boolean> {
		const args = { scope: "ubus", object: "session", function: "access" };
		try {
			await this.#channel.call(this.#request(sid, "session", "access", args));
			return true;
		} catch (error) {
			if (!(error instanceof RpcError) || (error.kind !== "denied" && error.kind !== "session")) throw error;
		}
		if (sid === this.#sid) {
			this.#leave();
			this.#options.onLost?.();
		}
		return false;
	}
}
