import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { root } from "../namespaces.ts";
import type { Site } from "../site.ts";
import { until } from "../until.ts";

/** A file that is flash on a router, and who wrote it. */
export interface FlashWrite {
	/** Of the process, as the kernel knows it. */
	readonly by: string;
	readonly path: string;
}

/** Traces what a router writes outside of its file systems in memory. */
export class FlashWatch {
	readonly #child: ChildProcess;
	readonly #writes: FlashWrite[] = [];
	#rest = "";
	#watching = false;

	private constructor(child: ChildProcess) {
		this.#child = child;
		child.stdout?.on("data", (chunk: Buffer) => this.#take(chunk.toString()));
	}

	static async start(site: Site): Promise<FlashWatch> {
		const watch = new FlashWatch(site.router.spawn([join(root, "dist/lab/flash-watch"), "/"]));
		await until("the router's flash is watched", () => watch.#watching);
		return watch;
	}

	/** What programs of polywan wrote. */
	get writes(): readonly FlashWrite[] {
		return this.#writes.filter(({ by }) => by.startsWith("polywan") || by === "sqlite3");
	}

	close(): void {
		this.#child.kill();
	}

	#take(text: string): void {
		const lines = (this.#rest + text).split("\n");
		this.#rest = lines.pop() ?? "";
		for (const line of lines) {
			if (line === "watching") this.#watching = true;
			const [, by = "", path = ""] = /^\d+ (.+?) (\/.*)$/.exec(line) ?? [];
			if (path !== "") this.#writes.push({ by, path });
		}
	}
}
