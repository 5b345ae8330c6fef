import { RpcError, rpcFailure } from "./rpc-error.ts";
import { statusText } from "./status.ts";

export type RpcValue = null | boolean | number | string | RpcValue[] | { [name: string]: RpcValue };
export type RpcTable = { [name: string]: RpcValue };

/** What the browser gives us; `Signal` is its AbortSignal. Pass functions that call the browser's: they must not be torn off. */
export interface RpcPlatform<Signal> {
	fetch(
		url: string,
		init: { method: "POST"; headers: { [name: string]: string }; body: string; signal: Signal },
	): Promise<{ ok: boolean; json(): Promise<unknown> }>;
	abortController(): { readonly signal: Signal; abort(): void };
}

export interface RpcCall {
	sid: string;
	object: string;
	method: string;
	args: RpcTable;
	timeoutMs: number;
}

interface Queued {
	call: RpcCall;
	request: string;
	id: number;
	resolve(data: RpcTable): void;
	reject(error: RpcError): void;
}

/** uhttpd refuses a body of more than 65536 bytes (UH_UBUS_MAX_POST_SIZE). */
const maxBodyBytes = 65536;
const encoder = new TextEncoder();

/** JSON-RPC to uhttpd. The calls of one micro-task travel in one POST, and are answered in their order. */
export class RpcChannel<Signal> {
	readonly #platform: RpcPlatform<Signal>;
	readonly #url: string;
	#queue: Queued[] = [];
	#lastId = 0;

	constructor(platform: RpcPlatform<Signal>, url: string) {
		this.#platform = platform;
		this.#url = url;
	}

	/** Rejects with RpcError. */
	call(call: RpcCall): Promise<RpcTable> {
		return new Promise((resolve, reject) => {
			if (this.#queue.length === 0) queueMicrotask(() => this.#flush());
			this.#queue.push(this.#prepare(call, resolve, reject));
		});
	}

	/** A call in a POST of its own, so that nobody waits behind it; abort() fails it as "stopped". */
	callAlone(call: RpcCall): { answer: Promise<RpcTable>; abort(): void } {
		const controller = this.#platform.abortController();
		let stopped = false;
		const answer = new Promise<RpcTable>((resolve, reject) => {
			const stop = (error: RpcError): void => {
				reject(stopped ? new RpcError("stopped", `${describe(call)}: given up`) : error);
			};
			this.#post([this.#prepare(call, resolve, stop)], controller);
		});
		const abort = (): void => {
			stopped = true;
			controller.abort();
		};
		return { answer, abort };
	}

	#prepare(call: RpcCall, resolve: (data: RpcTable) => void, reject: (error: RpcError) => void): Queued {
		const id = ++this.#lastId;
		const { sid, object, method, args } = call;
		const params = [sid, object, method, args];
		return {
			call,
			id,
			resolve,
			reject,
			request: JSON.stringify({ jsonrpc: "2.0", id, method: "call", params }),
		};
	}

	#flush(): void {
		let batch: Queued[] = [];
		let batchBytes = 2;
		for (const queued of this.#queue.splice(0)) {
			const bytes = encoder.encode(queued.request).length + 1;
			if (batch.length > 0 && batchBytes + bytes > maxBodyBytes) {
				this.#post(batch, this.#platform.abortController());
				batch = [];
				batchBytes = 2;
			}
			batch.push(queued);
			batchBytes += bytes;
		}
		this.#post(batch, this.#platform.abortController());
	}

	async #post(batch: readonly Queued[], controller: { signal: Signal; abort(): void }): Promise<void> {
		// uhttpd runs a batch in sequence: the last may start when the others took their time.
		const timer = setTimeout(() => controller.abort(), Math.max(...batch.map(({ call }) => call.timeoutMs)));
		try {
			const [only] = batch;
			const body =
				batch.length === 1 && only ? only.request : `[${batch.map(({ request }) => request).join(",")}]`;
			if (encoder.encode(body).length > maxBodyBytes)
				throw new RpcError(
					"request",
					`${describeAll(batch)}: longer than the ${maxBodyBytes} bytes uhttpd takes`,
				);
			const headers = { "Content-Type": "application/json" };
			const response = await this.#platform.fetch(this.#url, {
				method: "POST",
				headers,
				body,
				signal: controller.signal,
			});
			if (!response.ok) throw new Error("an answer that is not 200");
			settle(batch, await response.json());
		} catch (error) {
			for (const queued of batch) queued.reject(asRpcError(error, batch));
		} finally {
			clearTimeout(timer);
		}
	}
}

/** A network failure, an abort, a page instead of JSON: none is an answer. */
function asRpcError(error: unknown, batch: readonly Queued[]): RpcError {
	if (error instanceof RpcError) return error;
	return new RpcError(
		"down",
		`${describeAll(batch)}: ${error instanceof Error ? error.message : String(error)}`,
	);
}

function settle(batch: readonly Queued[], answer: unknown): void {
	const answers = new Map<unknown, { [name: string]: unknown }>();
	for (const element of Array.isArray(answer) ? answer : [answer])
		if (isTable(element)) answers.set(element.id, element);
	for (const queued of batch) {
		const element = answers.get(queued.id);
		if (element) settleOne(queued, element);
		else queued.reject(new RpcError("down", `${describe(queued.call)}: not among the answers`));
	}
}

function settleOne({ call, resolve, reject }: Queued, { result, error }: { [name: string]: unknown }): void {
	if (isTable(error)) {
		const code = Number(error.code);
		reject(new RpcError(rpcFailure(code), `${describe(call)}: ${String(error.message)}`, code));
		return;
	}
	const [status, data] = Array.isArray(result) ? result : [];
	if (status === 0) resolve(isTable(data) ? (data as RpcTable) : {});
	else if (typeof status === "number")
		reject(new RpcError("status", `${describe(call)}: ${statusText(status)}`, status));
	else reject(new RpcError("down", `${describe(call)}: an answer without a status`));
}

function describe({ object, method }: RpcCall): string {
	return `ubus call ${object} ${method}`;
}

function describeAll(batch: readonly Queued[]): string {
	return batch.map(({ call }) => describe(call)).join(", ");
}

function isTable(value: unknown): value is { [name: string]: unknown } {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
