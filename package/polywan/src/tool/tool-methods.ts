import type { ToolKind } from "polywan-core/tool/request";
import { UbusError, type UbusMethod, ubusStatus } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";
import type { ToolRuns } from "./tool-runs.ts";

/**
 * `tools`, `tool_start`, `tool_stop`, `tool_file`, and apart from them, as packets hold anything, `capture_start` and `capture_file`:
 * shapes are those of polywan-core/tool/news. The code of it is read when it is asked for the first time.
 */
export class Tools {
	readonly #hasUplink: (name: string) => boolean;
	#runs: Promise<ToolRuns> | null = null;

	constructor(hasUplink: (name: string) => boolean) {
		this.#hasUplink = hasUplink;
	}

	methods(): Record<string, UbusMethod> {
		return {
			tools: {
				args: { since: "int64", hold: "int32" },
				call: async ({ since, hold }) =>
					toBlob(await (await this.#load()).news(toNumber(since, -1), toNumber(hold, 0) * 1000)),
			},
			tool_start: {
				args: { kind: "string", uplink: "string", host: "string", family: "string", type: "string" },
				call: async (args) => {
					if (args.kind === "capture") throw new UbusError(ubusStatus.invalidArgument);
					return toBlob((await this.#load()).start(args));
				},
			},
			capture_start: {
				args: { uplink: "string", family: "string", filter: "string", bytes: "int32", seconds: "int32" },
				call: async (args) => toBlob((await this.#load()).start({ ...args, kind: "capture" })),
			},
			tool_stop: {
				args: { id: "int64" },
				call: async ({ id }) => (await this.#load()).stop(toNumber(id, 0)),
			},
			tool_file: this.#file((kind) => kind !== "capture"),
			capture_file: this.#file((kind) => kind === "capture"),
		};
	}

	close(): void {
		void this.#runs?.then((runs) => runs.close());
	}

	#file(isAllowed: (kind: ToolKind) => boolean): UbusMethod {
		return {
			args: { id: "int64", part: "int32" },
			call: async ({ id, part }) =>
				toBlob(await (await this.#load()).filePart(toNumber(id, 0), toNumber(part, 0), isAllowed)),
		};
	}

	#load(): Promise<ToolRuns> {
		this.#runs ??= import("./tool-runs.ts").then(({ ToolRuns }) => new ToolRuns(this.#hasUplink));
		return this.#runs;
	}
}

function toBlob(value: object): BlobTable {
	return { ...value } as BlobTable;
}

function toNumber(value: unknown, otherwise: number): number {
	if (value === undefined) return otherwise;
	const number = typeof value === "number" || typeof value === "bigint" ? Number(value) : Number.NaN;
	if (!Number.isFinite(number) || number < -1) throw new UbusError(ubusStatus.invalidArgument);
	return number;
}
