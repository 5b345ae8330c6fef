import { exists, listDirectory, makeDirectory, readText, removeFile } from "polywan-runtime/file";
import { spawn } from "polywan-runtime/process";
import { args, pid } from "polywan-runtime/program";
import { amount, check, ensure, equal, errorOf, pending } from "./check.ts";

const decoder = new TextDecoder();
const isAlive = (process: number) => {
	try {
		return !/^State:\s+[ZX]/m.test(readText(`/proc/${process}/status`));
	} catch {
		return false;
	}
};

/** What this program was started with, and its children are too: without O_CLOEXEC (proc(5), fdinfo). */
const inherited = listDirectory("/proc/self/fd").filter((fd) => {
	const path = `/proc/self/fdinfo/${fd}`;
	return (
		exists(path) && (Number.parseInt(/flags:\s+(\d+)/.exec(readText(path))?.[1] ?? "0", 8) & 0o2000000) === 0
	);
});

await check("exit code, output and errors apart", async () => {
	const exit = await spawn(["sh", "-c", "echo out; echo err >&2; exit 3"]).done;
	equal([exit.exitCode, exit.signal, exit.timedOut, exit.truncated], [3, null, false, false]);
	equal([decoder.decode(exit.stdout), decoder.decode(exit.stderr)], ["out\n", "err\n"]);
});

await check("arguments arrive as they are: no shell is between", async () => {
	const odd = ["$HOME", "a b", "`id`", "'\"", "", "ä\n*"];
	const exit = await spawn(["printf", "%s|", ...odd]).done;
	equal(decoder.decode(exit.stdout), odd.map((it) => `${it}|`).join(""));
});

await check("a program that is not there, or cannot be run", () => {
	const missing = errorOf(() => spawn(["no-such-program", "-x"], { env: { PATH: "/usr/bin:/bin" } }));
	equal([missing.code, missing.name], ["ENOENT", "SystemError"]);
	equal(missing.message, "start no-such-program -x: No such file or directory (ENOENT)");
	equal(errorOf(() => spawn(["/etc/passwd"])).code, "EACCES");
	equal(errorOf(() => spawn(["true"], { cwd: "/nonexistent" })).code, "ENOENT");
	equal(errorOf(() => spawn([])).code, "ENOENT");
});

await check("failed starts leave no descriptors and no children", () => {
	const before = listDirectory("/proc/self/fd").length;
	for (let i = 0; i < 50; i++) errorOf(() => spawn(["no-such-program"]));
	equal(listDirectory("/proc/self/fd").length, before);
	equal(readText(`/proc/self/task/${pid()}/children`), "");
});

await check("input larger than a pipe goes through and comes back", async () => {
	const input = new Uint8Array(amount(3_000_000, 300_000, args)).map((_, i) => i % 251);
	const exit = await spawn(["cat"], { input, maxOutputBytes: 4_000_000 }).done;
	equal(exit.stdout.length, input.length);
	ensure(
		exit.stdout.every((byte, i) => byte === i % 251),
		"the bytes are the same",
	);
});

await check("a child that floods its pipe is read to the end and cut at the limit", async () => {
	const bytes = amount(50_000_000, 3_000_000, args);
	const exit = await spawn(["head", "-c", String(bytes), "/dev/zero"], { maxOutputBytes: 10_000 }).done;
	equal([exit.exitCode, exit.truncated, exit.stdout.length], [0, true, 10_000]);
});

await check("a child that floods does not hold up timers", async () => {
	const { promise, resolve } = pending();
	const child = spawn(["cat", "/dev/zero"], { output: "collect", maxOutputBytes: 0 });
	let ticks = 0;
	const timer = setInterval(() => {
		if (++ticks === 5) resolve();
	}, 5);
	await promise;
	clearInterval(timer);
	child.kill("SIGKILL");
	equal((await child.done).signal, "SIGKILL");
});

await check("a child is killed with its whole group", async () => {
	const { promise, resolve } = pending<number>();
	const script = "sh -c 'trap \"\" TERM; echo $$; while :; do sleep 60; done' & wait";
	let text = "";
	const child = spawn(["sh", "-c", script], {
		output: (chunk) => {
			text += decoder.decode(chunk);
			if (text.endsWith("\n")) resolve(Number(text));
		},
	});
	const grandchild = await promise;
	ensure(isAlive(grandchild), "the grandchild runs");
	child.kill();
	const exit = await child.done;
	equal([exit.exitCode, exit.signal], [null, "SIGTERM"]);
	while (isAlive(grandchild)) await new Promise<void>((done) => setTimeout(done, 1));
	child.kill();
});

await check("time out: SIGTERM, then SIGKILL for what ignores it", async () => {
	const gentle = await spawn(["sleep", "60"], { timeoutMs: 30 }).done;
	equal([gentle.signal, gentle.timedOut], ["SIGTERM", true]);
	const ignores = ["sh", "-c", "trap '' TERM; while :; do sleep 1; done"];
	// On a busy machine it does not ignore anything yet after 200 ms.
	for (const timeoutMs of [200, 2000, 10_000]) {
		const stubborn = await spawn(ignores, { timeoutMs }).done;
		if (stubborn.signal === "SIGTERM" && timeoutMs < 10_000) continue;
		equal([stubborn.signal, stubborn.timedOut], ["SIGKILL", true]);
		break;
	}
});

await check("what a child left running in the background is not waited for", async () => {
	const exit = await spawn(["sh", "-c", "sleep 60 & echo $!"]).done;
	const left = Number(decoder.decode(exit.stdout));
	equal([exit.exitCode, isAlive(left)], [0, true]);
	await spawn(["kill", "-9", String(left)]).done;
});

await check("writing as the child reads, and its end", async () => {
	const { promise, resolve } = pending();
	let text = "";
	const child = spawn(["cat"], {
		input: "pipe",
		output: (chunk) => {
			text += decoder.decode(chunk);
			if (text === "one\n") resolve();
		},
	});
	child.write("one\n");
	await promise;
	child.write("two\n");
	child.endInput();
	equal([(await child.done).exitCode, text], [0, "one\ntwo\n"]);
});

await check("a child that does not read its input is no error", async () => {
	const exit = await spawn(["true"], { input: new Uint8Array(500_000) }).done;
	equal(exit.exitCode, 0);
});

await check("environment and folder", async () => {
	const folder = `/tmp/polywan-test-${pid()}`;
	makeDirectory(folder);
	const exit = await spawn(["sh", "-c", "echo $POLYWAN_TEST $PATH; pwd"], {
		env: { POLYWAN_TEST: "yes", PATH: "/bin:/usr/bin" },
		cwd: folder,
	}).done;
	removeFile(folder);
	equal(decoder.decode(exit.stdout), `yes /bin:/usr/bin\n${folder}\n`);
});

await check(
	"a child has its own group, no signal blocked or ignored, and no descriptor of ours",
	async () => {
		const read = async (...argv: string[]) => decoder.decode((await spawn(argv).done).stdout);
		const fields = (await read("cat", "/proc/self/stat")).split(" ");
		equal(fields[0], fields[4]);
		const masks = await read("grep", "-E", "Sig(Blk|Ign)", "/proc/self/status");
		equal(masks.replaceAll(/\s+/g, " "), "SigBlk: 0000000000000000 SigIgn: 0000000000000000 ");
		const descriptors = (await read("ls", "/proc/self/fd")).trim().split("\n");
		equal(descriptors.length, inherited.length + 1); // and the folder itself
	},
);

await check("a chosen group, and no other", async () => {
	if (!/^Uid:\s+0\s/m.test(readText("/proc/self/status"))) {
		equal(errorOf(() => spawn(["id"], { gid: 12345 })).code, "EPERM");
		return;
	}
	const exit = await spawn(["sh", "-c", "id -g; id -G"], { gid: 12345 }).done;
	equal(decoder.decode(exit.stdout), "12345\n12345\n");
});

await check("many children at once, none is lost", async () => {
	const count = amount(100, 10, args);
	const before = listDirectory("/proc/self/fd").length;
	const exits = await Promise.all(
		Array.from({ length: count }, (_, i) => spawn(["sh", "-c", `exit ${i % 50}`]).done),
	);
	equal(
		exits.map((exit) => exit.exitCode),
		exits.map((_, i) => i % 50),
	);
	equal(listDirectory("/proc/self/fd").length, before);
});

await check("output to nowhere", async () => {
	const exit = await spawn(["sh", "-c", "echo out; echo err >&2"], { output: "ignore" }).done;
	equal([exit.exitCode, exit.stdout.length, exit.stderr.length], [0, 0, 0]);
});
