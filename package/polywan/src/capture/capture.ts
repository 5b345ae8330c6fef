import { spawn } from "polywan-runtime/process";
import { PcapCutter } from "./pcap-cutter.ts";

export interface CaptureOptions {
	readonly device: string;
	/** As pcap-filter(7) has it; empty: everything. */
	readonly filter: string;
	readonly mostBytes: number;
	readonly longestMs: number;
	/** Whole packets, and before them the header of the file. */
	onBytes(bytes: Uint8Array): void;
}

export interface CaptureEnd {
	readonly packets: number;
	readonly bytes: number;
	readonly why: "time" | "size" | "stopped" | "ended";
	/** What tcpdump complained of when it captured nothing; null otherwise. */
	readonly trouble: string | null;
}

/** Packets of a device, by tcpdump. */
export class Capture {
	readonly #cutter: PcapCutter;
	readonly #options: CaptureOptions;
	readonly #child;
	#why: CaptureEnd["why"] = "ended";
	#trouble: string | null = null;

	/** Throws SystemError where there is no tcpdump. */
	constructor(options: CaptureOptions) {
		this.#options = options;
		this.#cutter = new PcapCutter(options.mostBytes);
		this.#child = spawn(tcpdumpArguments(options), { output: (chunk) => this.#take(chunk) });
	}

	get packets(): number {
		return this.#cutter.packets;
	}

	get bytes(): number {
		return this.#cutter.bytes;
	}

	/** Ends when there is enough of it, or after stop(). */
	async done(): Promise<CaptureEnd> {
		const deadline = setTimeout(() => this.#end("time"), this.#options.longestMs);
		const { exitCode, stderr } = await this.#child.done;
		clearTimeout(deadline);
		const complaint = new TextDecoder().decode(stderr).trim();
		const failed = this.#why === "ended" && exitCode !== 0;
		return {
			packets: this.packets,
			bytes: this.bytes,
			why: this.#why,
			trouble: this.#trouble ?? (failed ? lastLine(complaint) : null),
		};
	}

	stop(): void {
		this.#end("stopped");
	}

	#take(chunk: Uint8Array): void {
		if (this.#why !== "ended") return;
		try {
			const whole = this.#cutter.take(chunk);
			if (whole.length > 0) this.#options.onBytes(whole);
		} catch (error) {
			this.#trouble = error instanceof Error ? error.message : String(error);
			this.#end("stopped");
			return;
		}
		if (this.#cutter.isFull) this.#end("size");
	}

	#end(why: CaptureEnd["why"]): void {
		if (this.#why === "ended") this.#why = why;
		this.#child.kill();
	}
}

/** The filter is one argument behind `--`, whatever it is. Numbers are not looked up, and each packet comes at once. */
function tcpdumpArguments({ device, filter }: CaptureOptions): string[] {
	const argv = ["tcpdump", "-i", device, "-n", "-U", "-s", "0", "-w", "-"];
	return filter === "" ? argv : [...argv, "--", filter];
}

/** "tcpdump: can't parse filter expression: syntax error" without its own name. */
function lastLine(text: string): string {
	const lines = text.split("\n").filter((line) => line !== "");
	return (lines.at(-1) ?? "tcpdump ended").replace(/^tcpdump: /, "");
}
