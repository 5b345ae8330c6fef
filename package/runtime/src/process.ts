import { close, read, write } from "polywan:descriptor";
import * as native from "polywan:process";
import { environment } from "polywan:program";
import { checkResult, isError } from "./error.ts";
import { type FdWatch, watchFd } from "./loop.ts";
import { env } from "./program.ts";
import { type SignalName, signalName, signalNumber } from "./signal.ts";

/** How a child ended and what it wrote. */
export interface Exit {
	/** Null when a signal ended it. */
	readonly exitCode: number | null;
	/** The name of that signal. */
	readonly signal: string | null;
	readonly timedOut: boolean;
	/** It wrote more than maxOutputBytes to stdout or to stderr; the rest was dropped. */
	readonly truncated: boolean;
	readonly stdout: Uint8Array;
	readonly stderr: Uint8Array;
}

export interface Child {
	readonly pid: number;
	/** Resolves when the child ended and what it wrote is read; never rejects. What its own children write later is not waited for. */
	readonly done: Promise<Exit>;
	/** SIGTERM by default, to the whole process group. Nothing happens once it ended. */
	kill(signal?: SignalName): void;
	/** With input "pipe": queued, and written as the child reads. */
	write(data: string | Uint8Array): void;
	/** With input "pipe": the child reads the end after what is queued. */
	endInput(): void;
}

export interface SpawnOptions {
	/** Standard input: this text or these bytes and then its end, "pipe": what write() gives; otherwise nothing. */
	readonly input?: string | Uint8Array | "pipe";
	/** Standard output and error: collected (default), the program's own, dropped, or stdout handed on as it comes (stderr is collected). */
	readonly output?: "collect" | "inherit" | "ignore" | ((chunk: Uint8Array) => void);
	/** After this time SIGTERM, and a second later SIGKILL, to the whole group. */
	readonly timeoutMs?: number;
	/** Kept of stdout, and of stderr; more is read and dropped. Default 1 MiB. */
	readonly maxOutputBytes?: number;
	/** Set beside the program's own environment. */
	readonly env?: Readonly<Record<string, string>>;
	readonly cwd?: string;
	/** Real, effective and saved group, and the only supplementary one. */
	readonly gid?: number;
}

const stream = { none: 0, pipe: 1, inherit: 2 } as const;
const killDelayMs = 1000;
const defaultPath = "/usr/sbin:/usr/bin:/sbin:/bin";
/** A pipe's usual size, see pipe(7). */
const chunkBytes = 65536;
const drainChunks = 16;
const encoder = new TextEncoder();
const chunk = new Uint8Array(chunkBytes);

/**
 * Starts a program by its argument vector, in a process group of its own and without a shell; one without a slash is searched in PATH.
 * Throws SystemError when it cannot be started: ENOENT, EACCES, EPERM (gid), ENOTDIR (cwd)…
 */
export function spawn(argv: readonly string[], options: SpawnOptions = {}): Child {
	const output = options.output ?? "collect";
	const outputStream =
		output === "inherit" ? stream.inherit : output === "ignore" ? stream.none : stream.pipe;
	const started = native.spawn(
		candidatePaths(argv[0] ?? "", options.env?.PATH ?? env("PATH") ?? defaultPath),
		argv,
		childEnvironment(options.env ?? {}),
		options.cwd ?? null,
		options.gid ?? -1,
		[options.input === undefined ? stream.none : stream.pipe, outputStream, outputStream],
	);
	return new RunningChild(
		checkResult(started, "exec", () => `start ${argv.join(" ")}`),
		options,
	);
}

function candidatePaths(program: string, path: string): string[] {
	if (program.includes("/") || program === "") return [program];
	return path.split(":").map((folder) => `${folder || "."}/${program}`);
}

function childEnvironment(set: Readonly<Record<string, string>>): string[] {
	const kept = environment().filter((entry) => !((entry.split("=", 1)[0] ?? "") in set));
	return [...kept, ...Object.entries(set).map(([name, value]) => `${name}=${value}`)];
}

/** Bytes read from a child, up to a limit. */
class Collector {
	truncated = false;
	#buffer = new Uint8Array(0);
	#size = 0;
	readonly #limit: number;

	constructor(limit: number) {
		this.#limit = limit;
	}

	add(bytes: Uint8Array): void {
		const kept = bytes.subarray(0, this.#limit - this.#size);
		if (kept.length < bytes.length) this.truncated = true;
		const wanted = this.#size + kept.length;
		if (wanted > this.#buffer.length)
			this.#grow(Math.min(this.#limit, Math.max(wanted, 2 * this.#buffer.length)));
		this.#buffer.set(kept, this.#size);
		this.#size = wanted;
	}

	bytes(): Uint8Array {
		return this.#buffer.subarray(0, this.#size);
	}

	#grow(capacity: number): void {
		const larger = new Uint8Array(capacity);
		larger.set(this.#buffer);
		this.#buffer = larger;
	}
}

/** A pipe from the child, read as it fills. */
class OutputPipe {
	readonly #fd: number;
	readonly #take: (bytes: Uint8Array) => void;
	#watch: FdWatch | null = null;

	constructor(fd: number, take: (bytes: Uint8Array) => void) {
		this.#fd = fd;
		this.#take = take;
		if (fd >= 0) this.#watch = watchFd(fd, { read: true }, () => void this.#readOnce());
	}

	/** Takes what the child left in the pipe; a grandchild that writes on is not waited for. */
	finish(): void {
		for (let i = 0; i < drainChunks && this.#watch && this.#readOnce(); i++);
		this.#close();
	}

	#readOnce(): boolean {
		const bytes = read(this.#fd, chunk);
		if (bytes > 0) this.#take(chunk.subarray(0, bytes));
		else if (!isError(bytes, "EAGAIN") && !isError(bytes, "EINTR")) this.#close();
		return bytes > 0;
	}

	#close(): void {
		if (!this.#watch) return;
		this.#watch.close();
		this.#watch = null;
		close(this.#fd);
	}
}

/** A pipe to the child, written as it reads. */
class InputPipe {
	#fd: number;
	#queue: Uint8Array[] = [];
	#ending = false;
	#watch: FdWatch | null = null;

	constructor(fd: number) {
		this.#fd = fd;
	}

	write(bytes: Uint8Array): void {
		if (this.#fd < 0 || this.#ending || bytes.length === 0) return;
		this.#queue.push(bytes);
		this.#flush();
	}

	end(): void {
		this.#ending = true;
		this.#flush();
	}

	close(): void {
		this.#watch?.close();
		this.#watch = null;
		this.#queue = [];
		if (this.#fd >= 0) close(this.#fd);
		this.#fd = -1;
	}

	#flush(): void {
		if (this.#fd < 0) return;
		for (let next = this.#queue[0]; next; next = this.#queue[0]) {
			const written = write(this.#fd, next);
			if (isError(written, "EAGAIN")) {
				this.#wait();
				return;
			}
			if (written < 0) {
				this.close(); // the child closed its end: it wants no more
				return;
			}
			if (written < next.length) this.#queue[0] = next.subarray(written);
			else this.#queue.shift();
		}
		if (this.#ending) this.close();
		else this.#watch?.set({});
	}

	#wait(): void {
		if (this.#watch) this.#watch.set({ write: true });
		else this.#watch = watchFd(this.#fd, { write: true }, () => this.#flush());
	}
}

class RunningChild implements Child {
	readonly pid: number;
	readonly done: Promise<Exit>;
	readonly #input: InputPipe;
	readonly #stdout: Collector;
	readonly #stderr: Collector;
	readonly #pipes: readonly OutputPipe[];
	readonly #exitFd: number;
	readonly #exitWatch: FdWatch;
	#resolve: (exit: Exit) => void = () => {};
	#timer: number | undefined;
	#ended = false;
	#killed = false;
	#timedOut = false;

	constructor(started: Exclude<ReturnType<typeof native.spawn>, number>, options: SpawnOptions) {
		const limit = options.maxOutputBytes ?? 1024 * 1024;
		const { output } = options;
		this.pid = started.pid;
		this.#input = new InputPipe(started.stdin);
		this.#stdout = new Collector(limit);
		this.#stderr = new Collector(limit);
		const takeStdout = typeof output === "function" ? (bytes: Uint8Array) => output(bytes.slice()) : null;
		this.#pipes = [
			new OutputPipe(started.stdout, takeStdout ?? ((bytes) => this.#stdout.add(bytes))),
			new OutputPipe(started.stderr, (bytes) => this.#stderr.add(bytes)),
		];
		this.done = new Promise((resolve) => {
			this.#resolve = resolve;
		});
		this.#exitFd = started.exitFd;
		this.#exitWatch = watchFd(this.#exitFd, { read: true }, () => this.#end());
		if (options.timeoutMs !== undefined) this.#timer = setTimeout(() => this.#timeOut(), options.timeoutMs);
		if (options.input !== undefined && options.input !== "pipe") {
			this.write(options.input);
			this.endInput();
		}
	}

	kill(signal: SignalName = "SIGTERM"): void {
		if (this.#ended) return;
		this.#killed = true;
		native.kill(-this.pid, signalNumber(signal));
	}

	write(data: string | Uint8Array): void {
		this.#input.write(typeof data === "string" ? encoder.encode(data) : data.slice());
	}

	endInput(): void {
		this.#input.end();
	}

	#timeOut(): void {
		this.#timedOut = true;
		this.kill("SIGTERM");
		this.#timer = setTimeout(() => this.kill("SIGKILL"), killDelayMs);
	}

	#end(): void {
		// Until it is waited for the child's number stays taken, so that only its own group can be meant.
		if (this.#killed) native.kill(-this.pid, signalNumber("SIGKILL"));
		const status = native.wait(this.pid);
		if (isError(status, "EAGAIN")) return;
		this.#ended = true;
		clearTimeout(this.#timer);
		this.#exitWatch.close();
		close(this.#exitFd);
		this.#input.close();
		for (const pipe of this.#pipes) pipe.finish();
		this.#resolve({
			...describeStatus(status),
			timedOut: this.#timedOut,
			truncated: this.#stdout.truncated || this.#stderr.truncated,
			stdout: this.#stdout.bytes(),
			stderr: this.#stderr.bytes(),
		});
	}
}

/** The wait status of wait(2): the signal in the low seven bits, or the exit code in the second byte. */
function describeStatus(status: number): Pick<Exit, "exitCode" | "signal"> {
	const signal = status & 0x7f;
	return signal === 0
		? { exitCode: (status >> 8) & 0xff, signal: null }
		: { exitCode: null, signal: signalName(signal) };
}
