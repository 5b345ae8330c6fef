import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/**
 * Every process in the PID namespace of `initPid`, a line each: pid (of this machine), state, what it waits for in the kernel,
 * CPU ticks it used, and its command. For reports of what hangs.
 */
export function listProcesses(initPid: number): string {
	const namespace = readlinkSync(`/proc/${initPid}/ns/pid`);
	return readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name))
		.flatMap((pid) => {
			try {
				return readlinkSync(`/proc/${pid}/ns/pid`) === namespace ? [describeProcess(pid)] : [];
			} catch {
				return [];
			}
		})
		.join("\n");
}

function describeProcess(pid: string): string {
	const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
	// The name in parentheses may hold anything; fields count from the last one on (proc(5)).
	const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
	const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").join(" ").trim();
	const waitsFor = readFileSync(`/proc/${pid}/wchan`, "utf8");
	return `${pid} ${fields[0]} ${waitsFor} ${Number(fields[11]) + Number(fields[12])} ${command.slice(0, 120)}`;
}
