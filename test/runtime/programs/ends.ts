// Programs that end in one way or another, by name.
import { monotonicMs } from "polywan-runtime/clock";
import { readText } from "polywan-runtime/file";
import { watchFd } from "polywan-runtime/loop";
import { args, exit, writeStdout } from "polywan-runtime/program";

class Inner {
	readonly depth: number;

	constructor(depth: number) {
		this.depth = depth;
	}

	fail(): never {
		if (this.depth > 0) return new Inner(this.depth - 1).fail();
		throw new RangeError("a deep error");
	}
}

const ways: Record<string, () => unknown> = {
	return: () => console.log("returned"),
	exit: () => {
		setTimeout(() => {}, 60_000);
		exit(7);
	},
	throw: () => new Inner(2).fail(),
	timer: () => setTimeout(() => new Inner(0).fail(), 1),
	reject: async () => {
		await null;
		throw new Error("a rejection", { cause: new TypeError("its cause") });
	},
	text: () => Promise.reject("only text"),
	handled: async () => {
		const promise = Promise.reject(new Error("handled in the same turn"));
		await null;
		await promise.catch(() => console.log("caught"));
	},
	system: () => readText("/nonexistent"),
	callback: () => {
		watchFd(0, { read: true }, () => new Inner(0).fail());
	},
	recursion: () => {
		const recurse = (n: number): number => recurse(n + 1) + 1;
		try {
			recurse(0);
		} catch (error) {
			console.log(error instanceof Error ? error.name : "nothing");
		}
	},
	console: () => {
		console.log("text", 1, null, undefined, true, 5n, { a: [1, { b: 2 }] }, [], () => 1, Symbol("s"));
		console.error(new Error("with stack"));
		const cycle: { self?: unknown } = {};
		cycle.self = cycle;
		console.warn(cycle, Object.create(null));
	},
	flood: () => {
		for (;;) writeStdout("x".repeat(10_000));
	},
	idle: () => {
		const startMs = monotonicMs();
		setTimeout(() => console.log(`${readText("/proc/self/status").match(/VmRSS:\s+(\d+)/)?.[1]}`), 50);
		setTimeout(() => console.log(`${monotonicMs() - startMs}`), 60);
	},
};

await ways[args[0] ?? ""]?.();
