import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { buildPki } from "../../pki.ts";
import { firstLine, type NetworkNamespace, root } from "../namespaces.ts";

export interface Received {
	readonly by: "http" | "smtp";
	readonly encrypted: boolean;
	readonly body: string;
	readonly path?: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly from?: string;
	readonly to?: readonly string[];
}

/** A web and a mail server that keep what they get. */
export class Receiver {
	readonly received: Received[] = [];
	readonly #process: ChildProcess;

	private constructor(process: ChildProcess) {
		this.#process = process;
		let text = "";
		process.stdout?.on("data", (chunk: Buffer) => {
			text += chunk.toString();
			const lines = text.split("\n");
			text = lines.pop() ?? "";
			for (const line of lines) if (line.startsWith("{")) this.received.push(JSON.parse(line));
		});
	}

	static async start(network: NetworkNamespace): Promise<Receiver> {
		const child = network.spawn([process.execPath, join(root, "dist/lab/receiver.mjs"), buildPki()]);
		await firstLine(child, "receiver");
		return new Receiver(child);
	}

	close(): void {
		this.#process.kill("SIGTERM");
	}
}
