import { type UbusConnection, UbusError, type UbusObjectInfo, ubusStatus } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";

/** What a method answered: its status and its fields, as they were encoded. */
export interface MethodAnswer {
	status: number;
	fields: Uint8Array;
}

/** uhttpd's side of the bus. A session check holds up every request, as uhttpd's own does, which waits for rpcd. */
export class RpcBus {
	readonly connection: UbusConnection;
	readonly #unchecked: boolean;
	readonly #timeoutMs: number;
	#check: Promise<unknown> = Promise.resolve();

	constructor(connection: UbusConnection, unchecked: boolean, timeoutMs: number) {
		this.connection = connection;
		this.#unchecked = unchecked;
		this.#timeoutMs = timeoutMs;
	}

	/** Resolves when no session check is under way. */
	async idle(): Promise<void> {
		let last: unknown;
		while (last !== this.#check) {
			last = this.#check;
			await this.#check;
		}
	}

	async find(pattern?: string): Promise<UbusObjectInfo[]> {
		return this.connection.list(pattern).catch(() => []);
	}

	async allowed(sid: string, object: string, method: string): Promise<boolean> {
		if (this.#unchecked) return true;
		await this.idle();
		const args = { ubus_rpc_session: sid, object, function: method };
		const answer = this.connection.call("session", "access", args, { timeoutMs: this.#timeoutMs / 2 });
		const allowed = answer.then(
			({ access }) => access === true,
			() => false,
		);
		this.#check = allowed;
		return allowed;
	}

	/** null: not answered in time. */
	async call(object: string, method: string, args: BlobTable): Promise<MethodAnswer | null> {
		let timer: ReturnType<typeof setTimeout> | undefined;
		const late = new Promise<null>((resolve) => {
			timer = setTimeout(resolve, this.#timeoutMs, null);
		});
		try {
			return await Promise.race([this.#collect(object, method, args), late]);
		} finally {
			clearTimeout(timer);
		}
	}

	async #collect(object: string, method: string, args: BlobTable): Promise<MethodAnswer> {
		const parts: Uint8Array[] = [];
		const onData = (data: Uint8Array): void => {
			parts.push(data.slice());
		};
		try {
			await this.connection.call(object, method, args, { timeoutMs: this.#timeoutMs + 1000, onData });
			return { status: ubusStatus.ok, fields: Buffer.concat(parts) };
		} catch (error) {
			const status = error instanceof UbusError ? error.code : ubusStatus.unknown;
			return { status, fields: Buffer.concat(parts) };
		}
	}
}
